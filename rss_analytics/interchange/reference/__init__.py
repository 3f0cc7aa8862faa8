"""The reference part of the manual, written from the declared files, the messages and the commands themselves."""
