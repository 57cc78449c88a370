/* Who did the events of the drawn flow, and what the tower calls them: asking back is the request of an approval, the answer
   its decision; even cases are answered by U1, the others by U2, and every fourth by a program that names nobody. */
INSERT INTO core_event (
    event_id, event_no, activity, timestamp, source_system, business_event, resource, resource_type, team_id
)
SELECT
    'acme:EV' || s.event_row, s.event_row, a.activity, s.timestamp, c.source_system,
    CASE a.activity WHEN 'Ask for information' THEN 'approval_requested' WHEN 'Receive answer' THEN 'approval_decided' END,
    CASE WHEN s.case_no % 4 > 0 THEN CASE WHEN s.case_no % 2 = 0 THEN 'U1' ELSE 'U2' END END,
    'human', 'acme:T' || s.case_no % 3
FROM mart_event_step AS s
JOIN mart_activity AS a ON a.view = s.view AND a.activity_no = s.activity_no
JOIN mart_case AS c ON c.view = s.view AND c.case_no = s.case_no
ORDER BY s.event_row;

UPDATE mart_event_step SET event_row = event_row - 1;
