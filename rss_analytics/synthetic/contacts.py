"""Contact log of a synthetic region: each visit with its outcome, place, units, notes and the rest of its form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.synthetic.columns import Columns, coded, joined_id, only
from rss_analytics.synthetic.draws import (
    Flags,
    Floats,
    Ints,
    chance,
    dice,
    first_of_group,
    pick,
    pick_by_row,
    whole,
)
from rss_analytics.synthetic.groups import build_groups, course_of
from rss_analytics.synthetic.people import KINDS_OF_STAY
from rss_analytics.synthetic.places import MODELS
from rss_analytics.synthetic.visits import GROUP, INDIRECT, JOINT_VISIT, SOLO, Visits, World, build_visits

CHUNK_ENROLLMENTS = 2500  # enrollments whose contacts are made at once
MINUTE = np.timedelta64(60, "s")

STATUSES = ("kept", "walk_in", "emergency", "no_show", "client_cancel", "staff_cancel", "attempted")
STATUS_WEIGHTS = (84, 3.5, 1, 6, 3, 1.5, 1)
TOOK_PLACE = 3  # the first three statuses
MODALITIES = ("in_person", "phone", "video", "text")
MODALITY_WEIGHTS = np.array([
    [74, 17, 8, 1], [70, 19, 10, 1], [86, 10, 3, 1], [66, 22, 10, 2], [72, 18, 8, 2], [80, 10, 10, 0], [99, 1, 0, 0],
], dtype=float)  # fmt: skip
SETTINGS = ("office", "client_home", "community_public", "workplace", "school", "medical_clinic", "shelter",
            "residential_program", "inpatient_psych", "inpatient_med", "jail", "vehicle", "other")  # fmt: skip
SETTING_WEIGHTS = np.array([
    [34, 28, 18, 4, 2, 5, 2, 3, 0, 0, 0, 3, 1], [40, 22, 18, 4, 3, 5, 2, 3, 0, 0, 0, 2, 1],
    [20, 40, 20, 3, 1, 6, 4, 2, 0, 0, 0, 4, 0], [44, 18, 20, 3, 2, 4, 3, 3, 0, 0, 0, 2, 1],
    [28, 8, 22, 32, 6, 0, 0, 1, 0, 0, 0, 3, 0], [86, 2, 8, 0, 2, 0, 0, 2, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0, 100, 0, 0, 0, 0],
], dtype=float)  # fmt: skip
SETTING_OF_STAY = tuple(
    SETTINGS.index(name) for name in ("inpatient_psych", "inpatient_med", "inpatient_psych", "jail", "inpatient_med")
)
"""Where a client is met, by KINDS_OF_STAY."""
DIRECT_ACTIVITIES = ("relationship_building", "skill_building", "connecting_resources", "sharing_experience",
                     "advocacy", "socialization", "building_community", "accompaniment", "plan_review",
                     "crisis")  # fmt: skip
DIRECT_WEIGHTS = (20, 24, 16, 10, 8, 8, 4, 6, 3, 1)
INDIRECT_ACTIVITIES = ("administration", "team_communication", "supervision_training", "group_planning",
                       "education_awareness", "gathering_information")  # fmt: skip
GROUP_ACTIVITIES = ("group_facilitation", "skill_building", "building_community", "imr", "wrap")
DOMAINS = ("social", "vocational", "medical", "residential", "educational", "financial", "legal", "medical|social",
           "residential|financial")  # fmt: skip
SUPPORTS = ("family", "friend", "landlord", "employer", "paid_provider", "clergy", "other_natural")
SUPPORT_WEIGHTS = (52, 14, 9, 6, 13, 2, 4)
CODES = ("H2015", "H0038", "H0039", "H0038", "H2023", "H0038", "")
"""Billing code of each model; inpatient work is not billed."""
ROUNDINGS = ("floor15", "cms8", "half_up15", "cms8", "ceil15", "cms8", "none")
LATE_HOURS = 72  # a note signed later than this is a late entry
LAG_HOURS = ((5, 62), (24, 18), (60, 12), (150, 6), (400, 2))
"""Mean hours from the end of a contact to the signature, with weights."""
UNSIGNED = 0.03


def contact_chunks(world: World) -> Iterator[Columns]:
    """The contact log in parts, each of some programs."""
    sizes = np.bincount(world.people.enrollments.program, minlength=len(world.places.home))
    part = np.cumsum(sizes) // CHUNK_ENROLLMENTS
    seen = 0
    for number in range(int(part[-1]) + 1):
        programs = np.flatnonzero(part == number)
        if not len(programs):
            continue
        visits = Visits.joined([build_visits(world, programs, number), build_groups(world, programs, number)])
        visits = visits.take(np.lexsort((visits.enrollment, visits.start, visits.position, visits.day, visits.program)))
        rows = _rows(world, visits, dice(world.plan.seed, "contacts", number), seen)
        seen += len(rows["start_at"])
        yield rows


def _rows(world: World, visits: Visits, rng: np.random.Generator, seen: int) -> Columns:
    """Columns of the form; what two staff share is drawn once, what each writes is drawn for each."""
    shared = _shared(world, visits, rng)
    two = np.flatnonzero(visits.partner >= 0)
    copy = np.concatenate([np.arange(len(visits)), two])
    position = np.concatenate([visits.position, visits.partner[two]])
    order = np.argsort(copy, kind="stable")
    copy, position = copy[order], position[order]
    day = visits.day[copy].astype("datetime64[D]")
    places, numbers = world.places, seen + 1 + np.arange(len(copy))
    start = day.astype("datetime64[s]") + visits.start[copy] * MINUTE
    end = start + visits.minutes[copy] * MINUTE
    program = visits.program[copy]
    rows: Columns = {
        "contact_id": joined_id("K", numbers, 8),
        "staff_id": coded(world.staff.ids, world.staff.on_duty(position, day)),
        "facility_id": coded(places.facility_ids, places.facility_at(program, day)),
        "program_id": coded(places.program_ids, program),
        "team_id": coded(places.team_ids, program),
        "start_at": start,
        "end_at": end,
        "source_system": coded(("ehr",), np.zeros(len(copy), dtype=np.int64)),
        **{name: values.take(pa.array(copy)) for name, values in shared.items()},
        **_billed_once(shared, copy, first_of_group(copy)),
        **_notes(world, visits, copy=copy, shared=shared, end=end, rng=rng),
    }
    return rows


def _shared(world: World, visits: Visits, rng: np.random.Generator) -> dict[str, pa.Array]:
    """What is the same for both staff of a contact."""
    enrolled, model = world.people.enrollments, world.places.model[visits.program]
    client = np.where(visits.enrollment >= 0, enrolled.client[visits.enrollment], -1)
    status = _status(visits, rng)
    took_place = status < TOOK_PLACE
    inside = world.people.inside(np.maximum(client, 0), visits.day.astype("datetime64[D]")) & (client >= 0)
    collateral = (visits.kind == SOLO) & enrolled.support[visits.enrollment] & chance(rng, 0.11, len(visits))
    indirect = visits.kind == INDIRECT
    family = (visits.kind == SOLO) & ~collateral & chance(rng, 0.05, len(visits))
    modality = np.where(visits.kind == SOLO, pick_by_row(rng, MODALITY_WEIGHTS, model), 0)
    modality = np.where(indirect, -1, modality)
    setting = np.where(modality == 0, _setting(world, visits, model=model, inside=inside, client=client, rng=rng), -1)
    minutes = np.where(took_place, visits.minutes, 0)
    return {
        "session_id": _session_ids(visits),
        "client_id": coded(world.people.client_ids, client),
        "minutes": pa.array(minutes),
        "status": coded(STATUSES, status),
        "contact_class": coded(("direct", "collateral", "indirect"), np.where(indirect, 2, collateral)),
        "modality": coded(MODALITIES, modality),
        "format": coded(
            ("individual", "group", "family"),
            np.where(indirect, -1, np.where(visits.kind == GROUP, 1, np.where(family, 2, 0))),
        ),
        "participants": coded(
            ("client", "client_and_support", "support_only", "none"),
            np.where(indirect, 3, np.where(collateral, 2, family)),
        ),
        "support_role": coded(SUPPORTS, np.where(collateral, pick(rng, SUPPORT_WEIGHTS, len(visits)), -1)),
        "setting": coded(SETTINGS, setting),
        **_purpose(visits, model, indirect, took_place, rng),
        **_billing(model, minutes, took_place & ~indirect & (modality != MODALITIES.index("text"))),
        **_course(world, visits, client=client, setting=setting, took_place=took_place, rng=rng),
    }


def _status(visits: Visits, rng: np.random.Generator) -> Ints:
    single = np.where(visits.kind == SOLO, pick(rng, STATUS_WEIGHTS, len(visits)), 0)
    return np.where(visits.attends, single, STATUSES.index("no_show"))


def _setting(
    world: World, visits: Visits, *, model: Ints, inside: Flags, client: Ints, rng: np.random.Generator
) -> Ints:
    """Where people meet: a group in one room, a client in an institution there."""
    setting = pick_by_row(rng, SETTING_WEIGHTS, model)
    outing = (visits.session % 5 == 0) & (model != MODELS.index("inpatient"))
    room = np.where(model == MODELS.index("inpatient"), SETTINGS.index("inpatient_psych"), SETTINGS.index("office"))
    setting = np.where(visits.kind == GROUP, np.where(outing, SETTINGS.index("community_public"), room), setting)
    kind = world.people.kind_of_stay(np.maximum(client, 0), visits.day.astype("datetime64[D]"))
    return np.where(inside, np.array(SETTING_OF_STAY)[np.minimum(kind, len(KINDS_OF_STAY) - 1)], setting)


def _session_ids(visits: Visits) -> pa.Array:
    """Groups and joint visits have a session: a number no other session of its kind has."""
    pair = np.maximum(visits.position, visits.partner)
    number = np.where(visits.kind == JOINT_VISIT, pair * 100_000 + visits.day, visits.session)
    ids = pc.if_else(pa.array(visits.kind == GROUP), joined_id("G", number, 12), joined_id("V", number, 12))
    return only(ids, np.isin(visits.kind, (GROUP, JOINT_VISIT)))


def _purpose(
    visits: Visits, model: Ints, indirect: Flags, took_place: Flags, rng: np.random.Generator
) -> dict[str, pa.Array]:
    size = len(visits)
    activity = pick(rng, DIRECT_WEIGHTS, size)
    group = visits.kind == GROUP
    named = (*DIRECT_ACTIVITIES, *INDIRECT_ACTIVITIES, *GROUP_ACTIVITIES)
    course = course_of(visits.session) % (len(GROUP_ACTIVITIES) - 1)  # a group keeps to its purpose
    common = np.where(model == MODELS.index("wrap"), GROUP_ACTIVITIES.index("wrap"), course)
    code = np.where(group, len(DIRECT_ACTIVITIES) + len(INDIRECT_ACTIVITIES) + common, activity)
    code = np.where(indirect, len(DIRECT_ACTIVITIES) + pick(rng, (34, 26, 14, 10, 8, 8), size), code)
    resources = (code == DIRECT_ACTIVITIES.index("connecting_resources")) & took_place
    return {
        "activity": coded(named, code),
        "resource_domain": coded(DOMAINS, np.where(resources, pick(rng, (24, 14, 20, 16, 8, 10, 3, 3, 2), size), -1)),
        "linkage_made": _flag(chance(rng, 0.45, size), resources),
        "accompany": _flag(code == DIRECT_ACTIVITIES.index("accompaniment"), took_place & ~indirect & ~group),
        "group_size": pa.array(np.where(group, visits.size, 0), mask=~group),
        "facilitators": pa.array(1 + (visits.partner >= 0), mask=~group),
    }


def _billing(model: Ints, minutes: Ints, billable: Flags) -> dict[str, pa.Array]:
    """Units of fifteen minutes under the rounding of each code (nothing for what is not billed)."""
    billable = billable & (model != MODELS.index("inpatient"))
    rounding = np.array([("floor15", "cms8", "half_up15", "ceil15", "none").index(name) for name in ROUNDINGS])[model]
    rounded = np.select(
        [rounding == number for number in range(4)],
        [minutes // 15, (minutes + 7) // 15, (2 * minutes + 15) // 30, -(-minutes // 15)],
        0,
    )
    return {
        "service_code": coded(CODES, np.where(billable, model, -1)),
        "units": pa.array(rounded, mask=~billable),
        "rounding_rule": coded(ROUNDINGS, np.where(billable, model, -1)),
        "billable": pa.array(billable),
    }


def _billed_once(shared: dict[str, pa.Array], copy: Ints, first: Flags) -> dict[str, pa.Array]:
    """Of two staff who see a client together, one bills."""
    billed = {
        name: only(shared[name].take(pa.array(copy)), first) for name in ("service_code", "units", "rounding_rule")
    }
    return {**billed, "billable": pa.array(shared["billable"].to_numpy(zero_copy_only=False)[copy] & first)}


def _course(
    world: World, visits: Visits, *, client: Ints, setting: Ints, took_place: Flags, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Travel, goal, rating and state of the client, interpreter."""
    size = len(visits)
    outside = took_place & (setting >= 1) & (setting != SETTINGS.index("inpatient_psych")) & (visits.kind != GROUP)
    signed = world.people.enrollments.start[visits.enrollment] + np.timedelta64(FIRST_PLAN_DAYS, "D")
    planned = (visits.enrollment >= 0) & (visits.day.astype("datetime64[D]") >= signed)
    goal = np.where(planned & took_place & chance(rng, 0.88, size), visits.enrollment * 2 + whole(rng, 0, 1, size), -1)
    rated = took_place & (client >= 0) & (visits.kind == SOLO) & chance(rng, 0.04, size)
    foreign = (world.people.language[client] != 0) & (client >= 0)
    return {
        "travel_minutes": pa.array(whole(rng, 4, 38, size), mask=~outside),
        "goal_id": only(joined_id("GL", goal, 7), goal >= 0),
        "functioning_rating": pa.array(whole(rng, 28, 88, size), mask=~rated),
        "client_status": coded(
            ("stable", "improving", "worse", "crisis"),
            np.where(rated, pick(rng, (56, 30, 12, 2), size), -1),
        ),
        "interpreter": _flag(chance(rng, 0.6, size), foreign & took_place),
    }


FIRST_PLAN_DAYS = 28  # a plan is signed within this many days of enrollment


def _notes(
    world: World,
    visits: Visits,
    *,
    copy: Ints,
    shared: dict[str, pa.Array],
    end: npt.NDArray[np.datetime64],
    rng: np.random.Generator,
) -> Columns:
    """Notes of kept contacts with a client: begun after the end, signed hours or days later, some not at all."""
    size = len(copy)
    took_place = shared["minutes"].to_numpy()[copy] > 0
    noted = took_place & (visits.enrollment[copy] >= 0)
    drafted = end + whole(rng, 1, 90, size) * MINUTE
    lag = _lags(rng, size)
    signed = drafted.astype("datetime64[ms]") + (lag * 3_600_000).astype(np.int64).astype("timedelta64[ms]")
    cosigned = signed + whole(rng, 20, 60 * 60, size) * MINUTE
    closing = (world.plan.last + np.timedelta64(1, "D")).astype("datetime64[ms]")
    signed_mask = noted & (signed < closing) & ~chance(rng, UNSIGNED, size)
    cosigned_mask = signed_mask & chance(rng, 0.2, size) & (cosigned < closing)
    return {
        "doc_minutes": pa.array(whole(rng, 3, 21, size), mask=~noted),
        "note_drafted_at": pa.array(drafted, mask=~(noted & (drafted < closing))),
        "note_signed_at": pa.array(signed, mask=~signed_mask),
        "cosigned_at": pa.array(cosigned.astype("datetime64[s]"), mask=~cosigned_mask),
        "late_entry": pa.array(lag > LATE_HOURS, mask=~signed_mask),
    }


def _lags(rng: np.random.Generator, size: int) -> Floats:
    means = np.array([hours for hours, _ in LAG_HOURS], dtype=float)
    kind = pick(rng, [weight for _, weight in LAG_HOURS], size)
    return np.asarray(rng.exponential(1.0, size) * means[kind] + 0.05)


def _flag(values: Flags, known: Flags) -> pa.Array:
    return pa.array(values, mask=~known)
