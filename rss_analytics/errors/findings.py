"""What is wrong with one cell or record, and what to do about it, in every language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FindingMessage:
    """What is wrong with one cell or record, and what to do, by language; placeholders are the field's own limits."""

    what: dict[str, str]
    do: dict[str, str]


FINDINGS: dict[str, FindingMessage] = {
    "RSS401": FindingMessage(
        {"en": "a value is required and none is given", "es": "falta un valor obligatorio"},
        {"en": "Fill in the value", "es": "Escriba el valor"},
    ),
    "RSS402": FindingMessage(
        {"en": "this is not a {type}", "es": "esto no es un valor de tipo {type}"},
        {"en": "Write {example}", "es": "Escriba {example}"},
    ),
    "RSS403": FindingMessage(
        {"en": "this is not one of the choices", "es": "no es una de las opciones"},
        {"en": "Use one of: {choices}", "es": "Use una de: {choices}"},
    ),
    "RSS404": FindingMessage(
        {"en": "the value is below {min}", "es": "el valor es menor que {min}"},
        {"en": "Correct the value; the least allowed is {min}", "es": "Corrija el valor; el mínimo es {min}"},
    ),
    "RSS405": FindingMessage(
        {"en": "the value is above {max}", "es": "el valor es mayor que {max}"},
        {"en": "Correct the value; the most allowed is {max}", "es": "Corrija el valor; el máximo es {max}"},
    ),
    "RSS406": FindingMessage(
        {"en": "the value does not have the expected form", "es": "el valor no tiene la forma esperada"},
        {"en": "Write it as {pattern}", "es": "Escríbalo como {pattern}"},
    ),
    "RSS407": FindingMessage(
        {
            "en": "the value is in scientific notation, so its last digits are lost",
            "es": "el valor está en notación científica y perdió sus últimas cifras",
        },
        {
            "en": "Export again with the column formatted as text",
            "es": "Exporte de nuevo con la columna en formato de texto",
        },
    ),
    "RSS408": FindingMessage(
        {
            "en": "the row has {found} cells and the headings {expected}",
            "es": "la fila tiene {found} celdas y los encabezados {expected}",
        },
        {
            "en": "Put cells that hold the separator in quotes, or export again",
            "es": "Ponga entre comillas las celdas con el separador, o exporte de nuevo",
        },
    ),
    "RSS409": FindingMessage(
        {
            "en": "another record of this file has the same key and different content",
            "es": "otro registro de este archivo tiene la misma clave y otro contenido",
        },
        {"en": "Keep the right one, or give one a new key", "es": "Conserve el correcto o cambie una clave"},
    ),
    "RSS410": FindingMessage(
        {"en": "a value stands where none is expected", "es": "hay un valor donde no se espera"},
        {"en": "Check the cell; the value was kept", "es": "Revise la celda; el valor se conservó"},
    ),
    "RSS411": FindingMessage(
        {"en": "the text is longer than {max_length} characters", "es": "el texto pasa de {max_length} caracteres"},
        {"en": "Shorten it", "es": "Acórtelo"},
    ),
    "RSS412": FindingMessage(
        {
            "en": "the export has no {field}, so it was worked out from other fields",
            "es": "la exportación no tiene {field} y se dedujo de otros campos",
        },
        {"en": "Add {field} to the export to be sure", "es": "Agregue {field} a la exportación para mayor seguridad"},
    ),
    "RSS413": FindingMessage(
        {
            "en": "text follows a closing quotation mark, so where the cells of this row end is a guess",
            "es": "hay texto tras una comilla de cierre, así que no se sabe dónde terminan las celdas de la fila",
        },
        {
            "en": "Correct the quotation marks of the row, or export again",
            "es": "Corrija las comillas de la fila o exporte de nuevo",
        },
    ),
    "RSS420": FindingMessage(
        {
            "en": "the name in this cell is not in the table that gives the numbers",
            "es": "el nombre de esta celda no está en la tabla que da los números",
        },
        {
            "en": "Add the name to the crosswalk, or correct it in the export; it was not kept",
            "es": "Agregue el nombre a la tabla de correspondencias o corríjalo en la exportación; no se guardó",
        },
    ),
    "RSS414": FindingMessage(
        {
            "en": "the letters after the time are no time zone that is known",
            "es": "las letras tras la hora no son una zona horaria conocida",
        },
        {
            "en": "Write the time as the clock of the program showed it, or with its distance from UTC, such as -05:00",
            "es": "Escriba la hora que marcaba el reloj del programa, o su distancia de UTC, como -05:00",
        },
    ),
    "RSS416": FindingMessage(
        {
            "en": "the cell holds an error of the spreadsheet in place of its value",
            "es": "la celda tiene un error de la hoja de cálculo en lugar de su valor",
        },
        {
            "en": "Mend the formula or widen the column of the spreadsheet, and export again",
            "es": "Corrija la fórmula o ensanche la columna de la hoja, y exporte de nuevo",
        },
    ),
    "RSS601": FindingMessage(
        {"en": "{fields} names no record of {form}", "es": "{fields} no existe en {form}"},
        {
            "en": "Load the {form} record or correct {fields}; this record is kept and judged again then",
            "es": "Cargue el registro de {form} o corrija {fields}; este registro se conserva y se revisará",
        },
    ),
    "RSS602": FindingMessage(
        {
            "en": "{fields} names no record: a spreadsheet may have taken its zeros, or made a date or a power of it",
            "es": "{fields} no existe: quizá una hoja de cálculo le quitó los ceros o lo volvió fecha o potencia",
        },
        {
            "en": "Did you mean {meant}? Then write it so, in a column formatted as text",
            "es": "¿Quiso decir {meant}? Entonces escríbalo así, en una columna con formato de texto",
        },
    ),
    "RSS603": FindingMessage(
        {
            "en": "{fields} names no record as it stands: a spreadsheet may have taken its zeros",
            "es": "{fields} no existe tal como está: quizá una hoja de cálculo le quitó los ceros",
        },
        {
            "en": "Did you mean {meant}? Then write it so, or declare pad: {pad} for {fields} in the form and load "
            "the file again: its ids regain their zeros",
            "es": "¿Quiso decir {meant}? Entonces escríbalo así, o declare pad: {pad} para {fields} en el formulario "
            "y cargue otra vez el archivo: sus números recuperan los ceros",
        },
    ),
}
"""Findings that any form can give; a form's own rules carry their own code and sentences."""
