-- The fidelity measures by program and month, as an analyst would write them for one data set.
CREATE OR REPLACE TEMP TABLE service_contact AS
WITH record AS (
    SELECT program_id AS program, client_key AS client, start_at::DATE AS day, contact_id,
           coalesce(session_id, 'record ' || row_id) AS session, epoch(start_at) // 60 AS minute, minutes
    FROM contact_log
    WHERE status IN ('kept', 'walk_in', 'emergency') AND contact_class = 'direct'
      AND modality IN ('in_person', 'video', 'phone') AND start_at >= $first AND start_at < $last + 1
),
timed AS (SELECT *, minute + greatest(minutes, 1) AS ends FROM record),
together AS (
    SELECT *, min(minute) OVER session AS session_begins, max(ends) OVER session AS session_ends
    FROM timed WINDOW session AS (PARTITION BY program, client, day, session)
),
reached AS (
    SELECT *, max(session_ends) OVER earlier AS reached, max(minute + minutes) OVER earlier AS covered
    FROM together
    WINDOW earlier AS (PARTITION BY program, client, day ORDER BY minute, ends DESC, contact_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT program, client, date_trunc('month', day) AS month,
       count(*) FILTER (WHERE reached IS NULL OR session_begins >= reached) AS contacts,
       sum(greatest(minute + minutes - greatest(minute, coalesce(covered, minute)), 0)) AS minutes
FROM reached GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE face_to_face AS
WITH record AS (
    SELECT program_id AS program, client_key AS client, start_at::DATE AS day, contact_id,
           coalesce(session_id, 'record ' || row_id) AS session, epoch(start_at) // 60 AS minute, minutes,
           coalesce(setting_class = 'community', false) AS community
    FROM contact_log
    WHERE status IN ('kept', 'walk_in', 'emergency') AND contact_class = 'direct' AND modality = 'in_person'
      AND start_at >= $first AND start_at < $last + 1
),
timed AS (SELECT *, minute + greatest(minutes, 1) AS ends FROM record),
together AS (
    SELECT *, min(minute) OVER session AS session_begins, max(ends) OVER session AS session_ends
    FROM timed WINDOW session AS (PARTITION BY program, client, day, session)
),
reached AS (
    SELECT *, max(session_ends) OVER earlier AS reached, max(minute + minutes) OVER earlier AS covered
    FROM together
    WINDOW earlier AS (PARTITION BY program, client, day ORDER BY minute, ends DESC, contact_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
numbered AS (
    SELECT *, greatest(minute + minutes - greatest(minute, coalesce(covered, minute)), 0) AS new_minutes,
           sum((reached IS NULL OR session_begins >= reached)::INT) OVER (
               PARTITION BY program, client, day ORDER BY minute, ends DESC, contact_id) AS number
    FROM reached
),
contact AS (
    SELECT program, client, day, number, bool_or(community) AS community, sum(new_minutes) AS minutes,
           coalesce(sum(new_minutes) FILTER (WHERE community), 0) AS community_minutes
    FROM numbered GROUP BY ALL
)
SELECT program, client, date_trunc('month', day) AS month, count(*) AS contacts,
       count(*) FILTER (WHERE community) AS community_contacts, sum(minutes) AS minutes,
       sum(community_minutes) AS community_minutes
FROM contact GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE client_month AS
WITH month AS (
    SELECT range AS month, last_day(range) AS last_day FROM range($first::TIMESTAMP, $last::TIMESTAMP, INTERVAL 1 MONTH)
),
enrolled AS (
    SELECT e.program_id AS program, e.client_key AS client, m.month, m.last_day,
           greatest(e.enrolled_on, m.month::DATE) AS first, least(coalesce(e.discharged_on, $last), m.last_day) AS last
    FROM enrollment e JOIN month m ON e.enrolled_on <= m.last_day AND coalesce(e.discharged_on, $last) >= m.month::DATE
),
away AS (
    SELECT n.program, n.client, n.month,
           sum(greatest(0, least(n.last, coalesce(s.out_on, $last + 1) - 1) - greatest(n.first, s.in_on) + 1)) AS days
    FROM enrolled n JOIN institution_stay s ON s.client_key = n.client GROUP BY ALL
)
SELECT n.program, n.client, n.month, n.last - n.first + 1 - coalesce(a.days, 0) AS days, day(n.last_day) AS of_days
FROM enrolled n LEFT JOIN away a USING (program, client, month)
WHERE n.last - n.first + 1 > coalesce(a.days, 0);

WITH given AS (SELECT program, month, sum(minutes) AS numerator FROM service_contact GROUP BY ALL)
SELECT program, m.month, coalesce(any_value(numerator), 0) AS numerator, sum(days) AS denominator,
       any_value(numerator) / 60 / sum(days / of_days) AS value, count(DISTINCT client) AS n_clients
FROM client_month m LEFT JOIN given USING (program, month) GROUP BY ALL ORDER BY ALL;

WITH given AS (SELECT program, month, sum(contacts) AS numerator FROM service_contact GROUP BY ALL)
SELECT program, m.month, coalesce(any_value(numerator), 0) AS numerator, sum(days) AS denominator,
       any_value(numerator) / sum(days / of_days) AS value, count(DISTINCT client) AS n_clients
FROM client_month m LEFT JOIN given USING (program, month) GROUP BY ALL ORDER BY ALL;

SELECT program, month, sum(community_contacts) AS numerator, sum(contacts) AS denominator,
       100 * sum(community_contacts) / sum(contacts) AS value, count(DISTINCT client) AS n_clients
FROM face_to_face GROUP BY ALL ORDER BY ALL;

SELECT program, month, sum(community_minutes) AS numerator, sum(minutes) AS denominator,
       100 * sum(community_minutes) / sum(minutes) AS value, count(DISTINCT client) AS n_clients
FROM face_to_face GROUP BY ALL ORDER BY ALL;

SELECT program, month,
       count(*) FILTER (WHERE s.minutes >= 60 * 4.0 * days / of_days AND s.contacts >= 4.0 * days / of_days
                          AND f.community_contacts * 100 >= 60 * f.contacts) AS numerator,
       count(*) AS denominator, 100 * numerator / denominator AS value, count(DISTINCT client) AS n_clients
FROM client_month m
LEFT JOIN service_contact s USING (program, client, month) LEFT JOIN face_to_face f USING (program, client, month)
WHERE days >= 14 GROUP BY ALL ORDER BY ALL;

SELECT program_id AS program, date_trunc('month', start_at) AS month, count(*) FILTER (WHERE status = 'no_show') AS numerator,
       count(*) AS denominator, 100 * numerator / denominator AS value, count(DISTINCT client_key) AS n_clients
FROM contact_log
WHERE status IN ('kept', 'walk_in', 'emergency', 'no_show') AND contact_class = 'direct'
  AND start_at >= $first AND start_at < $last + 1
GROUP BY ALL ORDER BY ALL;

WITH note AS (
    SELECT *, coalesce(end_at, start_at + minutes * INTERVAL 1 MINUTE) + INTERVAL 72 HOUR AS due,
           CASE WHEN note_signed_at < $last + 1 THEN note_signed_at END AS signed
    FROM contact_log
    WHERE status IN ('kept', 'walk_in', 'emergency') AND start_at >= $first AND start_at < $last + 1
)
SELECT program_id AS program, date_trunc('month', start_at) AS month, count(*) FILTER (WHERE signed <= due) AS numerator,
       count(*) AS denominator, 100 * numerator / denominator AS value, count(DISTINCT client_key) AS n_clients
FROM note WHERE signed IS NOT NULL OR due < $last + 1 GROUP BY ALL ORDER BY ALL;
