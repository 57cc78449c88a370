/* Grain: one row per case: its span, and a fingerprint of its sequence. Every step counts with its place, so
   that two cases have one fingerprint when they have the same activities in the same order; no list is made
   per case, because the lists of a year's cases do not fit in memory (mart_variant spells one case of each).
   may_repeat: more steps than different activities (modulo 63, so a few cases too many, never one too few). */
WITH placed AS (
    SELECT
        case_key,
        activity_no,
        timestamp,
        ((CAST(step_no AS BIGINT) << 32) | activity_no) AS place
    FROM _step
)
SELECT
    case_key,
    bit_xor(hash(place)) AS sequence,
    bit_xor(hash(-place)) AS sequence_again,
    count(*) AS step_count,
    min(timestamp) AS started_at,
    max(timestamp) AS ended_at,
    (bit_count(bit_or(CAST(1 AS BIGINT) << (activity_no % 63))) < count(*)) AS may_repeat
FROM placed
GROUP BY case_key
