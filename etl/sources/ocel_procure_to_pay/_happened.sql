-- One row per event and object with the event's type and time.
SELECT
    event.ocel_type AS activity,
    detail.ocel_time,
    relation.ocel_object_id AS object_id
FROM raw_ocel_procure_to_pay__event_object AS relation
INNER JOIN raw_ocel_procure_to_pay__event AS event ON relation.ocel_event_id = event.ocel_id
INNER JOIN raw_ocel_procure_to_pay__event_detail AS detail ON relation.ocel_event_id = detail.ocel_id
