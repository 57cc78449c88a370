/* Grain: one row per variant of a view, with the fingerprint of its sequence: the one with most cases first
   (ties by the sequence itself). One case of each is spelled out. */
WITH counted AS (
    SELECT
        c.view,
        t.sequence,
        t.sequence_again,
        min(t.case_key) AS case_key,
        any_value(t.step_count) AS step_count,
        count(*) AS case_count
    FROM _trace AS t
    JOIN _case AS c ON c.case_key = t.case_key
    GROUP BY c.view, t.sequence, t.sequence_again
),
spelled AS (
    SELECT
        s.case_key,
        list(s.activity_no ORDER BY s.step_no) AS activity_nos
    FROM _step AS s
    SEMI JOIN counted AS v ON v.case_key = s.case_key
    GROUP BY s.case_key
)
SELECT
    v.view,
    v.sequence,
    v.sequence_again,
    row_number() OVER (PARTITION BY v.view ORDER BY v.case_count DESC, s.activity_nos) AS variant_no,
    s.activity_nos,
    v.step_count,
    v.case_count
FROM counted AS v
JOIN spelled AS s ON s.case_key = v.case_key
