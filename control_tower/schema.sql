-- The contract between the floors: every relation that etl writes and the other floors read.
--
-- How to read it. The comment above a table says its grain and, after "Key:", the columns that identify
-- a row; the comment behind a column is that column's definition. `warehouse.py` turns both into DuckDB
-- comments, and the contract checks come from here: NOT NULL = required (a row without it is refused,
-- never silently loaded), "Key:" = unique. Ids are `namespace:local`. `_at` = instant, stored UTC.
-- Money and quantities are DECIMAL(18,4), so that sums do not depend on the order of rows.
-- `file_no` and `file_line` lead from a row to its file and line (load_ledger.file_no).

-- ───────────────────────────── reference data: the same in every build ─────────────────────────────

-- One row per exception type of the taxonomy (ING-05). Key: type_code
CREATE TABLE ref_exception_type (
    type_code           VARCHAR NOT NULL,  -- canonical code of the lower level
    category            VARCHAR NOT NULL,  -- upper level, vocabulary.Category
    title               VARCHAR NOT NULL,  -- the trade's name, for people
    default_severity    VARCHAR NOT NULL,  -- vocabulary.Severity
    owner_function      VARCHAR,           -- the function that usually owns it
    sla_hours           DECIMAL(18,4),     -- elapsed hours to resolve, until triage rules refine it
    std_minutes         DECIMAL(18,4),     -- standard minutes of work per touch
    prevent_or_route    VARCHAR,           -- prevent | route_faster (DET-11)
    is_preventable      BOOLEAN,           -- whether a confirmed one could have been prevented
    blocks_line         BOOLEAN            -- whether it stops its order line while open
);
-- One row per currency and day from which a rate to the reporting currency holds. Key: currency_code, valid_from
CREATE TABLE ref_currency_rate (
    currency_code       VARCHAR NOT NULL,  -- ISO 4217
    valid_from          DATE NOT NULL,     -- the rate holds from this day until the next row's
    rate                DECIMAL(18,8) NOT NULL  -- reporting currency units per one unit
);
-- One row per unit of measure and item family that converts to a base unit. Key: uom_code
CREATE TABLE ref_uom (
    uom_code            VARCHAR NOT NULL,  -- unit as sources write it
    base_uom_code       VARCHAR NOT NULL,  -- the base unit it converts to
    factor              DECIMAL(18,8) NOT NULL  -- base units per one unit
);
-- One row per working interval of a calendar. Key: calendar_code, weekday, opens
CREATE TABLE ref_calendar (
    calendar_code       VARCHAR NOT NULL,  -- named by core_site.calendar_code
    weekday             INTEGER NOT NULL,  -- ISO: 1 Monday … 7 Sunday
    opens               TIME NOT NULL,     -- local time of the site
    closes              TIME NOT NULL      -- local time of the site
);
-- One row per closed day of a calendar. Key: calendar_code, holiday_date
CREATE TABLE ref_holiday (
    calendar_code       VARCHAR NOT NULL,  -- named by core_site.calendar_code
    holiday_date        DATE NOT NULL      -- closed all day, local date
);

-- ───────────────────────────── who and what there is ─────────────────────────────

-- One row per place that holds stock, handles incidents or receives goods. Key: site_id
CREATE TABLE core_site (
    site_id             VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    site_type           VARCHAR,           -- distribution_center | store | plant | office | supplier_site
    time_zone           VARCHAR,           -- IANA name, e.g. Europe/Paris
    calendar_code       VARCHAR,           -- ref_calendar
    country_code        VARCHAR,           -- ISO 3166-1 alpha-2
    region              VARCHAR,           -- the business's own region
    file_no             INTEGER,           -- lineage: load_ledger.file_no
    file_line           BIGINT             -- lineage: physical line or element number
);
-- One row per supplier. Key: supplier_id
CREATE TABLE core_supplier (
    supplier_id         VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    country_code        VARCHAR,           -- ISO 3166-1 alpha-2
    lead_time_days      DECIMAL(18,4),     -- agreed lead time
    sends_asn           BOOLEAN,           -- whether advance ship notices are agreed
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per customer. Key: customer_id
CREATE TABLE core_customer (
    customer_id         VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    tier                VARCHAR,           -- vocabulary.CustomerTier
    segment             VARCHAR,           -- industry or size segment
    business_unit       VARCHAR,           -- the selling unit
    country_code        VARCHAR,           -- ISO 3166-1 alpha-2
    is_split_allowed    BOOLEAN,           -- contract: a line may ship from several sites
    min_split_margin_rate DECIMAL(18,4),   -- contract: split only above this margin (0–1)
    is_ship_complete    BOOLEAN,           -- contract: nothing ships before everything can
    is_promise_protected BOOLEAN,          -- contract: stock promised to it is never taken back
    routing_guide_code  VARCHAR,           -- contract: the carriers and lanes allowed
    payment_term_days   INTEGER,           -- days from invoice to due
    credit_limit_amount DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per item (SKU). Key: item_id
CREATE TABLE core_item (
    item_id             VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    product_family      VARCHAR,           -- the business's own family
    criticality         VARCHAR,           -- A | B | C or the business's own
    base_uom_code       VARCHAR,           -- unit in which all quantities are kept
    unit_cost           DECIMAL(18,4),     -- in currency_code
    unit_price          DECIMAL(18,4),     -- list price in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    weight_kg           DECIMAL(18,4),     -- per base unit
    is_regulated        BOOLEAN,           -- export-controlled or otherwise regulated
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per approved substitute of an item. Key: item_id, substitute_item_id
CREATE TABLE core_item_substitute (
    item_id             VARCHAR NOT NULL,  -- the item asked for
    substitute_item_id  VARCHAR NOT NULL,  -- the item that may be shipped instead
    source_system       VARCHAR NOT NULL,  -- where the row came from
    rank                INTEGER,           -- 1 = preferred
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per carrier. Key: carrier_id
CREATE TABLE core_carrier (
    carrier_id          VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    mode                VARCHAR,           -- parcel | ltl | ftl | air | own_fleet
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per team that works exceptions. Key: team_id
CREATE TABLE core_team (
    team_id             VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    department          VARCHAR,           -- e.g. Customer service, Warehouse, Finance
    site_id             VARCHAR,           -- home site, if it has one
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per person or program that acts. Key: user_id
CREATE TABLE core_user (
    user_id             VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    name                VARCHAR,           -- for people
    team_id             VARCHAR,           -- the team it belongs to
    role                VARCHAR,           -- role in the source system
    resource_type       VARCHAR,           -- vocabulary.ResourceType
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── transactions ─────────────────────────────

-- One row per customer order. Key: order_id
CREATE TABLE core_order (
    order_id            VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    customer_id         VARCHAR,           -- core_customer
    site_id             VARCHAR,           -- the site meant to fulfil it
    channel             VARCHAR,           -- edi | web | inside_sales | portal …
    order_type          VARCHAR,           -- standard | rush | backorder …
    business_unit       VARCHAR,           -- the selling unit
    fulfilment_channel  VARCHAR,           -- ship_from_dc | drop_ship | store …
    customer_reference  VARCHAR,           -- the customer's own purchase order number
    priority            INTEGER,           -- 1 = first
    status              VARCHAR,           -- as the source says
    order_at            TIMESTAMP,         -- when it was booked
    requested_date      DATE,              -- customer asked
    promise_date        DATE,              -- we confirmed first
    complete_at         TIMESTAMP,         -- last line shipped or delivered, as the source defines complete
    cancelled_at        TIMESTAMP,         -- withdrawn
    order_amount        DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per order line: the unit of allocation. Key: order_line_id
CREATE TABLE core_order_line (
    order_line_id       VARCHAR NOT NULL,  -- namespaced id
    order_id            VARCHAR NOT NULL,  -- core_order
    source_system       VARCHAR NOT NULL,  -- where the row came from
    line_no             INTEGER,           -- position within the order
    item_id             VARCHAR,           -- core_item
    site_id             VARCHAR,           -- the site that shall ship it
    supplier_id         VARCHAR,           -- the supplier behind it, if known
    ordered_qty         DECIMAL(18,4),     -- base units
    confirmed_qty       DECIMAL(18,4),     -- base units promised
    allocated_qty       DECIMAL(18,4),     -- base units reserved
    shipped_qty         DECIMAL(18,4),     -- base units
    first_ship_qty      DECIMAL(18,4),     -- base units in the first shipment
    delivered_qty       DECIMAL(18,4),     -- base units
    cancelled_qty       DECIMAL(18,4),     -- base units
    uom_code            VARCHAR,           -- the base unit after conversion
    unit_price          DECIMAL(18,4),     -- in currency_code
    unit_cost           DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    requested_date      DATE,              -- customer asked
    promise_date        DATE,              -- we confirmed first; never overwritten by a later promise
    projected_date      DATE,              -- we now expect
    contract_due_at     TIMESTAMP,         -- contractual due time
    backordered_at      TIMESTAMP,         -- put on backorder
    reservation_failed_at TIMESTAMP,       -- first failed reservation
    released_at         TIMESTAMP,         -- released to the warehouse
    shipped_at          TIMESTAMP,         -- first shipment
    complete_ship_at    TIMESTAMP,         -- fully shipped
    delivered_at        TIMESTAMP,         -- fully delivered
    cancelled_at        TIMESTAMP,         -- withdrawn
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per shipment. Key: shipment_id
CREATE TABLE core_shipment (
    shipment_id         VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    order_id            VARCHAR,           -- core_order, if it carries one order
    customer_id         VARCHAR,           -- core_customer
    site_id             VARCHAR,           -- shipped from
    carrier_id          VARCHAR,           -- core_carrier
    status              VARCHAR,           -- as the source says
    planned_ship_at     TIMESTAMP,         -- planned
    shipped_at          TIMESTAMP,         -- left the site
    planned_delivery_at TIMESTAMP,         -- planned or promised
    delivered_at        TIMESTAMP,         -- handed over
    proof_of_delivery_at TIMESTAMP,        -- proof received
    freight_amount      DECIMAL(18,4),     -- in currency_code
    standard_freight_amount DECIMAL(18,4), -- what the standard service would have cost
    currency_code       VARCHAR,           -- ISO 4217
    is_expedited        BOOLEAN,           -- faster than standard
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per shipment and order line. Key: shipment_id, order_line_id
CREATE TABLE core_shipment_line (
    shipment_id         VARCHAR NOT NULL,  -- core_shipment
    order_line_id       VARCHAR NOT NULL,  -- core_order_line
    source_system       VARCHAR NOT NULL,  -- where the row came from
    shipped_qty         DECIMAL(18,4),     -- base units
    item_id             VARCHAR,           -- what was shipped (a substitute may differ from the line's)
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per invoice, ours or a supplier's. Key: invoice_id
CREATE TABLE core_invoice (
    invoice_id          VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    direction           VARCHAR NOT NULL,  -- receivable | payable
    order_id            VARCHAR,           -- core_order (receivable)
    customer_id         VARCHAR,           -- core_customer (receivable)
    supplier_id         VARCHAR,           -- core_supplier (payable)
    status              VARCHAR,           -- as the source says
    is_blocked          BOOLEAN,           -- held for payment or release
    billable_at         TIMESTAMP,         -- could have been posted
    posted_at           TIMESTAMP,         -- was posted
    due_date            DATE,              -- payable by
    paid_at             TIMESTAMP,         -- fully paid
    corrected_at        TIMESTAMP,         -- first correction or rebill
    credit_at           TIMESTAMP,         -- first credit
    amount              DECIMAL(18,4),     -- in currency_code
    credit_amount       DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per dispute of an invoice. Key: dispute_id
CREATE TABLE core_dispute (
    dispute_id          VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    invoice_id          VARCHAR,           -- core_invoice
    customer_id         VARCHAR,           -- core_customer
    reason_code         VARCHAR,           -- as the source says
    opened_at           TIMESTAMP,         -- raised
    closed_at           TIMESTAMP,         -- settled
    amount              DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per payment received. Key: cash_receipt_id
CREATE TABLE core_cash_receipt (
    cash_receipt_id     VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    customer_id         VARCHAR,           -- core_customer
    invoice_id          VARCHAR,           -- core_invoice, if it names one
    received_at         TIMESTAMP,         -- on our account
    applied_at          TIMESTAMP,         -- fully applied
    amount              DECIMAL(18,4),     -- in currency_code
    applied_amount      DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── exceptions ─────────────────────────────

-- One row per exception, logged by a source or detected by rule; its newest state. Key: exception_id
CREATE TABLE core_exception (
    exception_id        VARCHAR NOT NULL,  -- namespaced id; detected ones: type + hash of objects and anchor (ruling 4)
    source_system       VARCHAR NOT NULL,  -- the system that saw it, or whose objects it is about
    type_code           VARCHAR NOT NULL,  -- ref_exception_type; `unmapped` while its local code is on the work list
    local_code          VARCHAR,           -- the source's own code
    severity            VARCHAR,           -- vocabulary.Severity; the type's default when the source says none
    status              VARCHAR NOT NULL,  -- vocabulary.ExceptionStatus
    site_id             VARCHAR,           -- where
    supplier_id         VARCHAR,           -- whose supply
    customer_id         VARCHAR,           -- whose order
    item_id             VARCHAR,           -- which item
    carrier_id          VARCHAR,           -- which carrier
    order_id            VARCHAR,           -- core_order
    order_line_id       VARCHAR,           -- core_order_line
    shipment_id         VARCHAR,           -- core_shipment
    invoice_id          VARCHAR,           -- core_invoice
    owner_team_id       VARCHAR,           -- team that owns it now, as the source says
    owner_user_id       VARCHAR,           -- person who owns it now, as the source says
    detected_at         TIMESTAMP NOT NULL,  -- when it was first known
    acknowledged_at     TIMESTAMP,         -- first human reaction
    escalated_at        TIMESTAMP,         -- first escalation
    resolved_at         TIMESTAMP,         -- the fix
    closed_at           TIMESTAMP,         -- the end of the record
    cancelled_at        TIMESTAMP,         -- withdrawn without a fix
    reopened_at         TIMESTAMP,         -- last reopening
    reopen_count        INTEGER,           -- how often reopened
    reassignment_count  INTEGER,           -- how often moved between teams
    paused_seconds      BIGINT,            -- waiting for others, by rule not counted
    ack_due_at          TIMESTAMP,         -- acknowledge by
    decide_due_at       TIMESTAMP,         -- decide by
    sla_due_at          TIMESTAMP,         -- resolve by; may be unknown while sla_breached is known (ruling 6)
    sla_breached        BOOLEAN,           -- as the source says, when it only says so
    magnitude           DECIMAL(18,4),     -- how large, in the type's own unit
    value_at_risk_amount DECIMAL(18,4),    -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    root_cause_code     VARCHAR,           -- as dispositioned
    resolution_code     VARCHAR,           -- how it ended
    process_step        VARCHAR,           -- where in the process it arose
    business_rule_id    VARCHAR,           -- the rule that raised it
    business_unit       VARCHAR,           -- whose business
    channel             VARCHAR,           -- order channel
    parent_exception_id VARCHAR,           -- the exception that caused it (DET-09)
    recurrence_key      VARCHAR,           -- type + customer/item/site/supplier; null = made from these
    is_preventable      BOOLEAN,           -- null = the type's default
    blocks_line         BOOLEAN,           -- null = the type's default
    detector_id         VARCHAR,           -- rule or system that found it
    detected_by         VARCHAR,           -- rule | system | person | customer
    disposition         VARCHAR,           -- confirmed | false_positive | duplicate
    evidence            VARCHAR,           -- why, in words, for detected ones
    note                VARCHAR,           -- free text
    file_no             INTEGER,           -- lineage (null for detected ones)
    file_line           BIGINT             -- lineage
);
-- One row per change of an exception's state: its full history. Key: exception_id, sequence_no
CREATE TABLE core_exception_state (
    exception_id        VARCHAR NOT NULL,  -- core_exception
    sequence_no         BIGINT NOT NULL,   -- order of the changes, equal times included
    source_system       VARCHAR NOT NULL,  -- where the row came from
    status              VARCHAR NOT NULL,  -- vocabulary.ExceptionStatus from here on
    local_status        VARCHAR,           -- the source's own word
    changed_at          TIMESTAMP NOT NULL,  -- when
    user_id             VARCHAR,           -- who
    team_id             VARCHAR,           -- owning team from here on
    reason              VARCHAR,           -- pause reason, resolution, comment
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- One row per exception that somebody worked in the tower, as it stands there; laid over its own system's record. Key: exception_id
CREATE TABLE core_exception_case (
    exception_id        VARCHAR NOT NULL,  -- core_exception
    source_system       VARCHAR NOT NULL,  -- where the row came from
    status              VARCHAR NOT NULL,  -- vocabulary.ExceptionStatus in the tower; resolved while the exception is open = awaiting confirmation
    owner_team_id       VARCHAR,           -- accountable team
    owner_user_id       VARCHAR,           -- accountable person
    acknowledged_at     TIMESTAMP,         -- first reaction in the tower
    resolved_at         TIMESTAMP,         -- said to be fixed
    resolution          VARCHAR,           -- how
    closed_at           TIMESTAMP,         -- end of the case's record
    escalation_level    INTEGER,           -- steps up the ladder
    is_on_hold          BOOLEAN,           -- downstream invoicing or shipping is held
    duplicate_of_id     VARCHAR,           -- the exception that is worked instead
    disposition         VARCHAR,           -- false_positive | duplicate
    reopen_count        INTEGER,           -- how often reopened in the tower
    paused_seconds      BIGINT,            -- clocks stood still, pauses that have ended
    updated_at          TIMESTAMP NOT NULL,  -- last change
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── events and objects (OCEL 2.0) ─────────────────────────────

-- One row per event. Key: event_id
CREATE TABLE core_event (
    event_id            VARCHAR NOT NULL,  -- namespaced id
    event_no            BIGINT NOT NULL,   -- order of equal timestamps: declared sequence, else position in the source
    activity            VARCHAR NOT NULL,  -- as the log says
    timestamp           TIMESTAMP NOT NULL,  -- when it happened (UTC)
    source_system       VARCHAR NOT NULL,  -- where the row came from
    business_event      VARCHAR,           -- vocabulary.BusinessEvent, by the source's code map
    lifecycle           VARCHAR,           -- start | complete …
    resource            VARCHAR,           -- who, as the log says
    resource_type       VARCHAR,           -- vocabulary.ResourceType
    department          VARCHAR,           -- the resource's department
    team_id             VARCHAR,           -- core_team
    site_id             VARCHAR,           -- where
    planned_at          TIMESTAMP,         -- when it should have happened
    note                VARCHAR,           -- free text
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per event, attribute. Key: event_id, attribute
CREATE TABLE core_event_attribute (
    event_id            VARCHAR NOT NULL,  -- core_event
    attribute           VARCHAR NOT NULL,  -- name as the log says
    source_system       VARCHAR NOT NULL,  -- where the row came from
    value               VARCHAR,           -- as text
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per object. Key: object_id, object_type
CREATE TABLE core_object (
    object_id           VARCHAR NOT NULL,  -- namespaced id
    object_type         VARCHAR NOT NULL,  -- vocabulary.ObjectType or the log's own
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per object, attribute and moment from which the value holds. Key: object_id, attribute, valid_from, sequence_no
CREATE TABLE core_object_attribute (
    object_id           VARCHAR NOT NULL,  -- core_object
    attribute           VARCHAR NOT NULL,  -- name as the log says
    valid_from          TIMESTAMP NOT NULL,  -- from when; 1970-01-01 = initial value
    sequence_no         BIGINT NOT NULL,   -- order of equal times
    source_system       VARCHAR NOT NULL,  -- where the row came from
    value               VARCHAR,           -- as text
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per event, object, type and qualifier (E2O). Key: event_id, object_id, object_type, qualifier
CREATE TABLE core_event_object (
    event_id            VARCHAR NOT NULL,  -- core_event
    object_id           VARCHAR NOT NULL,  -- core_object
    object_type         VARCHAR NOT NULL,  -- of the object
    qualifier           VARCHAR NOT NULL,  -- role of the object in the event; the type where the log says none
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per relation between two objects (O2O). Key: source_object_id, target_object_id, qualifier
CREATE TABLE core_object_object (
    source_object_id    VARCHAR NOT NULL,  -- core_object
    target_object_id    VARCHAR NOT NULL,  -- core_object
    qualifier           VARCHAR NOT NULL,  -- what the target is to the source
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── stock, supply, lanes ─────────────────────────────

-- One row per item, site, storage location and moment. Key: site_id, item_id, storage_location, snapshot_at
CREATE TABLE core_inventory (
    site_id             VARCHAR NOT NULL,  -- core_site
    item_id             VARCHAR NOT NULL,  -- core_item
    storage_location    VARCHAR NOT NULL,  -- within the site; `main` where the source has none
    snapshot_at         TIMESTAMP NOT NULL,  -- when it was counted
    source_system       VARCHAR NOT NULL,  -- where the row came from
    on_hand_qty         DECIMAL(18,4),     -- physically there and usable
    reserved_qty        DECIMAL(18,4),     -- promised to orders
    in_inspection_qty   DECIMAL(18,4),     -- in quality inspection
    in_transfer_qty     DECIMAL(18,4),     -- between places
    blocked_qty         DECIMAL(18,4),     -- there and not usable
    returns_qty         DECIMAL(18,4),     -- returned, not yet decided
    safety_stock_qty    DECIMAL(18,4),     -- never promised
    uom_code            VARCHAR,           -- base unit
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per expected receipt: purchase order line, transfer, production. Key: supply_id
CREATE TABLE core_supply (
    supply_id           VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    supply_type         VARCHAR NOT NULL,  -- purchase_order | transfer | production | asn
    purchase_order_id   VARCHAR,           -- the order it belongs to
    supplier_id         VARCHAR,           -- core_supplier
    from_site_id        VARCHAR,           -- for transfers
    site_id             VARCHAR,           -- where it arrives
    item_id             VARCHAR,           -- core_item
    ordered_qty         DECIMAL(18,4),     -- base units
    asn_qty             DECIMAL(18,4),     -- announced by the supplier
    received_qty        DECIMAL(18,4),     -- base units
    unit_cost           DECIMAL(18,4),     -- in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    status              VARCHAR,           -- as the source says
    is_blocked          BOOLEAN,           -- stopped by the buyer or by compliance
    ordered_at          TIMESTAMP,         -- when ordered
    promised_date       DATE,              -- supplier's first promise
    eta_at              TIMESTAMP,         -- expected now
    received_at         TIMESTAMP,         -- last receipt
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per way goods can move between two places. Key: lane_id
CREATE TABLE core_lane (
    lane_id             VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    from_site_id        VARCHAR,           -- origin site
    supplier_id         VARCHAR,           -- origin supplier, for inbound lanes
    site_id             VARCHAR,           -- destination
    item_id             VARCHAR,           -- null = any item
    carrier_id          VARCHAR,           -- core_carrier
    lead_time_days      DECIMAL(18,4),     -- planned transit
    cost_amount         DECIMAL(18,4),     -- per base unit, in currency_code
    currency_code       VARCHAR,           -- ISO 4217
    min_qty             DECIMAL(18,4),     -- smallest movement
    priority            INTEGER,           -- 1 = preferred
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- One row per routing guide and carrier it allows. Key: routing_guide_code, carrier_id
CREATE TABLE core_routing_guide (
    routing_guide_code  VARCHAR NOT NULL,  -- named by core_customer.routing_guide_code
    carrier_id          VARCHAR NOT NULL,  -- core_carrier that may carry this customer's goods
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── messages and decisions ─────────────────────────────

-- One row per attempt to pass a message between systems. Key: message_id, attempt
CREATE TABLE core_integration_message (
    message_id          VARCHAR NOT NULL,  -- namespaced id
    attempt             INTEGER NOT NULL,  -- 1 = first
    source_system       VARCHAR NOT NULL,  -- where the row came from
    interface_id        VARCHAR NOT NULL,  -- which interface
    sent_at             TIMESTAMP NOT NULL,  -- this attempt
    status              VARCHAR NOT NULL,  -- ok | failed | dead_letter
    correlation_id      VARCHAR,           -- from message to order to exception (INT-03)
    business_key        VARCHAR,           -- what the message is about
    idempotency_key     VARCHAR,           -- same key = same message
    http_code           INTEGER,           -- when there is one
    error_class         VARCHAR,           -- 4xx | 5xx | timeout | schema | auth | rate_limit
    schema_version      VARCHAR,           -- of the payload
    consumer            VARCHAR,           -- who receives
    expected_at         TIMESTAMP,         -- when it should have come (INT-07)
    dlq_at              TIMESTAMP,         -- put to the dead letters
    replayed_at         TIMESTAMP,         -- taken out and sent again
    recovered_at        TIMESTAMP,         -- its correlation succeeded at last
    order_id            VARCHAR,           -- core_order
    exception_id        VARCHAR,           -- core_exception
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per proposal. Key: proposal_id
CREATE TABLE core_proposal (
    proposal_id         VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    exception_id        VARCHAR,           -- core_exception
    order_line_id       VARCHAR,           -- core_order_line
    action              VARCHAR,           -- reallocate | split | substitute | wait …
    state               VARCHAR NOT NULL,  -- ruling 16
    proposed_by         VARCHAR,           -- user
    created_at          TIMESTAMP NOT NULL,  -- drafted
    submitted_at        TIMESTAMP,         -- sent for approval
    executed_at         TIMESTAMP,         -- released to the ERP
    confirmed_at        TIMESTAMP,         -- a build shows it
    expected_benefit_amount DECIMAL(18,4), -- frozen at approval, in currency_code
    realised_benefit_amount DECIMAL(18,4), -- measured by later builds
    freight_amount      DECIMAL(18,4),     -- extra freight
    currency_code       VARCHAR,           -- ISO 4217
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per proposal and exception that it is about; a plan for a shared shortage has several. Key: proposal_id, exception_id
CREATE TABLE core_proposal_exception (
    proposal_id         VARCHAR NOT NULL,  -- core_proposal
    exception_id        VARCHAR NOT NULL,  -- core_exception
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per decision on a proposal or exception. Key: approval_id
CREATE TABLE core_approval (
    approval_id         VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    proposal_id         VARCHAR,           -- core_proposal
    exception_id        VARCHAR,           -- core_exception
    approver            VARCHAR,           -- user
    approver_role       VARCHAR,           -- the role asked for
    policy_rule_id      VARCHAR,           -- the rule that asked for it
    policy_version      VARCHAR,           -- the policy in force
    submitted_at        TIMESTAMP,         -- asked
    decided_at          TIMESTAMP,         -- null = pending
    decision            VARCHAR,           -- approved | rejected
    recommended_option  VARCHAR,           -- what the tower recommended
    chosen_option       VARCHAR,           -- what was chosen
    override_reason     VARCHAR,           -- why they differ
    waiver              VARCHAR,           -- the limit that was waived
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per audited change of state. Key: audit_id
CREATE TABLE core_audit (
    audit_id            VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    sequence_no         BIGINT,            -- gapless within the store
    subject_type        VARCHAR,           -- exception | proposal | policy …
    subject_id          VARCHAR,           -- which one
    action              VARCHAR NOT NULL,  -- what was done
    actor               VARCHAR,           -- user
    acted_at            TIMESTAMP NOT NULL,  -- when
    reason              VARCHAR,           -- why
    before_state        VARCHAR,           -- JSON
    after_state         VARCHAR,           -- JSON
    policy_version      VARCHAR,           -- in force
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per recommendation made by the assist. Key: recommendation_id
CREATE TABLE core_recommendation (
    recommendation_id   VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    exception_id        VARCHAR,           -- core_exception
    model_version       VARCHAR,           -- which model
    kind                VARCHAR,           -- class | breach | next_action …
    suggested           VARCHAR,           -- what it said
    probability         DECIMAL(18,8),     -- how sure (0–1)
    outcome             VARCHAR,           -- what was true
    response            VARCHAR,           -- accepted | overridden | abstained
    made_at             TIMESTAMP NOT NULL,  -- when
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per order drawn at random to look for missed exceptions. Key: audit_sample_id
CREATE TABLE core_audit_sample (
    audit_sample_id     VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    order_id            VARCHAR,           -- core_order that passed
    sampled_at          TIMESTAMP NOT NULL,  -- when drawn
    found_type_code     VARCHAR,           -- exception that was missed; null = clean
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per total that a source states of a file it sent, to be held against what was read (K58). Key: control_total_id
CREATE TABLE core_control_total (
    control_total_id    VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    file                VARCHAR NOT NULL,  -- name of the file that was sent, as in load_ledger
    stated_rows         BIGINT,            -- records that the source says it wrote
    stated_at           TIMESTAMP NOT NULL,  -- when it was written
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per complaint that a customer escalated. Key: customer_escalation_id
CREATE TABLE core_customer_escalation (
    customer_escalation_id VARCHAR NOT NULL,  -- namespaced id
    source_system       VARCHAR NOT NULL,  -- where the row came from
    customer_id         VARCHAR,           -- core_customer
    order_id            VARCHAR,           -- core_order
    exception_id        VARCHAR,           -- core_exception
    escalated_at        TIMESTAMP NOT NULL,  -- when
    note                VARCHAR,           -- free text
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);

-- ───────────────────────────── how the data got here ─────────────────────────────

-- One row: what this build is and the rules it was made under. Key: build_id
CREATE TABLE policy (
    build_id            VARCHAR NOT NULL,  -- the folder's name
    as_of               TIMESTAMP,         -- newest source_clock; the time "now" means in every definition
    policy_version      VARCHAR NOT NULL,  -- version of policy.toml in force
    policy_hash         VARCHAR NOT NULL,  -- SHA-256 of its text
    code_version        VARCHAR NOT NULL,  -- version of the product
    reporting_currency  VARCHAR NOT NULL,  -- ISO 4217
    small_sample        INTEGER NOT NULL   -- below this n a figure says "too few"
);
-- One row per number of policy.toml that definitions read: [detection], [measures] and the baselines of [targets]. Key: name
CREATE TABLE policy_parameter (
    name                VARCHAR NOT NULL,  -- key of policy.toml, its suffix is its unit (_days, _hours, _rate …); or baseline_ and the figure's name
    value               DECIMAL(18,4) NOT NULL  -- as decided by the business
);
-- One row per definition that this build was made with, so that a later build can be read by it. Key: kind, name
CREATE TABLE build_definition (
    kind                VARCHAR NOT NULL,  -- kpi, model or exception_type
    name                VARCHAR NOT NULL,  -- of the figure, the relation or the type: the file's stem
    definition          VARCHAR NOT NULL   -- the text of the .sql file
);
-- One row per source system: the clock its durations are measured against (ruling 7). Key: source_system
CREATE TABLE source_clock (
    source_system       VARCHAR NOT NULL,  -- source
    as_of               TIMESTAMP          -- its newest event, or what --as-of said
);
-- One row per source loaded into this build (ING-03). Key: source_system
CREATE TABLE source_registry (
    source_system       VARCHAR NOT NULL,  -- source
    title               VARCHAR NOT NULL,  -- for people
    namespace           VARCHAR NOT NULL,  -- prefix of its ids
    latency             VARCHAR NOT NULL,  -- vocabulary.LatencyClass
    time_zone           VARCHAR NOT NULL,  -- of local times that carry no offset
    definition_hash     VARCHAR NOT NULL   -- SHA-256 over its folder
);
-- One row per local code that a source maps to a canonical one. Key: source_system, kind, local_code
CREATE TABLE code_map (
    source_system       VARCHAR NOT NULL,  -- source
    kind                VARCHAR NOT NULL,  -- exception_type | status | severity | business_event | …
    local_code          VARCHAR NOT NULL,  -- as the source writes it
    canonical_code      VARCHAR NOT NULL   -- what we mean
);
-- One row per local code that nothing maps: the work list (ING-06). Key: source_system, kind, local_code
CREATE TABLE unmapped_code (
    source_system       VARCHAR NOT NULL,  -- source
    kind                VARCHAR NOT NULL,  -- exception_type | status | …
    local_code          VARCHAR NOT NULL,  -- as the source writes it
    row_count           BIGINT NOT NULL,   -- rows that wait for it
    first_seen_at       TIMESTAMP,         -- earliest of them
    last_seen_at        TIMESTAMP          -- latest of them
);
-- One row per file of a load; read = loaded + refused + duplicate. Key: file_no
CREATE TABLE load_ledger (
    file_no             INTEGER NOT NULL,  -- number of the file in this home, never reused
    load_id             INTEGER NOT NULL,  -- number of the load (batch) it came with
    source_system       VARCHAR NOT NULL,  -- source
    file                VARCHAR NOT NULL,  -- name it came with: data, never a path we open
    sha256              VARCHAR NOT NULL,  -- content, and its place in raw/
    size_bytes          BIGINT NOT NULL,   -- as it came
    read_rows           BIGINT NOT NULL,   -- records found by the framing pass
    loaded_rows         BIGINT NOT NULL,   -- in the build, superseded versions included
    refused_rows        BIGINT NOT NULL,   -- in quarantine
    duplicate_rows      BIGINT NOT NULL,   -- known already: same key, same content
    superseded_rows     BIGINT NOT NULL,   -- of the loaded: older version of a key, kept in load_conflict
    loaded_by           VARCHAR NOT NULL,  -- who
    loaded_at           TIMESTAMP NOT NULL,  -- when (ingest time)
    warning             VARCHAR            -- e.g. the file is empty
);
-- One row per file and raw table: where the ledger's sums come from. Key: file_no, raw_table
CREATE TABLE load_table_ledger (
    file_no             INTEGER NOT NULL,  -- load_ledger
    raw_table           VARCHAR NOT NULL,  -- table of the source folder
    read_rows           BIGINT NOT NULL,   -- records found
    loaded_rows         BIGINT NOT NULL,   -- counted in the staged table
    refused_rows        BIGINT NOT NULL,   -- counted in quarantine
    duplicate_rows      BIGINT NOT NULL,   -- counted in the duplicates
    superseded_rows     BIGINT NOT NULL    -- counted in load_conflict
);
-- One row per refusal: a row that was not loaded, and one reason. Key: file_no, raw_table, file_line, column_name, rule
CREATE TABLE quarantine (
    file_no             INTEGER NOT NULL,  -- load_ledger
    source_system       VARCHAR NOT NULL,  -- source
    file                VARCHAR NOT NULL,  -- name it came with
    raw_table           VARCHAR NOT NULL,  -- table of the source folder
    file_line           BIGINT NOT NULL,   -- physical line (text), row (sheet) or element number
    last_line           BIGINT NOT NULL,   -- equal to file_line unless the record spans lines
    place               VARCHAR,           -- where else: sheet, trace and event, element path
    column_name         VARCHAR NOT NULL,  -- column; empty when the whole row is meant
    rule                VARCHAR NOT NULL,  -- short name of the rule that refused it
    value               VARCHAR,           -- what stood there, at most 80 characters, control characters escaped
    reason              VARCHAR NOT NULL,  -- what is wrong and what to do
    raw                 BLOB,              -- the row as it came, byte for byte
    record_count        INTEGER NOT NULL,  -- records this entry accounts for in the ledger; 0 = a further reason
    is_repaired         BOOLEAN NOT NULL   -- a later file of the same name loaded without this refusal
);
-- One row per older version of a key that a newer one replaced. Key: file_no, raw_table, file_line
CREATE TABLE load_conflict (
    source_system       VARCHAR NOT NULL,  -- source
    raw_table           VARCHAR NOT NULL,  -- table of the source folder
    row_key             VARCHAR NOT NULL,  -- the key's values
    file_no             INTEGER NOT NULL,  -- file of the older version
    file_line           BIGINT NOT NULL,   -- its line
    kept_file_no        INTEGER NOT NULL,  -- file of the version in the build
    kept_line           BIGINT NOT NULL,   -- its line
    old_row             VARCHAR NOT NULL   -- the older version, as JSON
);
-- One row per reference to something that has not come yet; attached when it comes (fault 32). Key: relation, row_key, missing_id
CREATE TABLE parked_row (
    relation            VARCHAR NOT NULL,  -- canonical table that holds the row
    source_system       VARCHAR NOT NULL,  -- source
    row_key             VARCHAR NOT NULL,  -- the row that waits
    missing_relation    VARCHAR NOT NULL,  -- where the missing one should be
    missing_id          VARCHAR NOT NULL,  -- what it refers to
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per id that looks like another or hides characters; flagged, never merged (fault 27). Key: relation, suspicious_id
CREATE TABLE suspicious_id (
    relation            VARCHAR NOT NULL,  -- canonical table
    suspicious_id       VARCHAR NOT NULL,  -- as stored
    why                 VARCHAR NOT NULL   -- zero-width | right-to-left | mixed scripts
);
-- One row per audit rule and build. Key: audit_name
CREATE TABLE audit_result (
    audit_name          VARCHAR NOT NULL,  -- file name in etl/audits
    title               VARCHAR NOT NULL,  -- for people
    blocks_publishing   BOOLEAN NOT NULL,  -- whether a broken row stops the build
    broken_rows         BIGINT NOT NULL,   -- 0 = green
    example             VARCHAR            -- first broken row, as JSON
);

-- ───────────────────────────── marts: what pages, KPIs and mining read ─────────────────────────────

-- One row per exception, with everything a filter or a KPI needs. Key: exception_id
CREATE TABLE mart_exception (
    exception_id        VARCHAR NOT NULL,  -- core_exception
    source_system       VARCHAR NOT NULL,  -- source
    type_code           VARCHAR NOT NULL,  -- lower level
    type_title          VARCHAR NOT NULL,  -- for people
    category            VARCHAR NOT NULL,  -- upper level
    local_code          VARCHAR,           -- the source's own code
    severity            VARCHAR NOT NULL,  -- vocabulary.Severity
    status              VARCHAR NOT NULL,  -- vocabulary.ExceptionStatus
    site_id             VARCHAR,           -- where
    supplier_id         VARCHAR,           -- whose supply
    customer_id         VARCHAR,           -- whose order
    customer_tier       VARCHAR,           -- of the customer
    segment             VARCHAR,           -- of the customer
    item_id             VARCHAR,           -- which item
    product_family      VARCHAR,           -- of the item
    carrier_id          VARCHAR,           -- which carrier
    order_id            VARCHAR,           -- core_order; its line's when it names only a line
    order_line_id       VARCHAR,           -- core_order_line
    shipment_id         VARCHAR,           -- core_shipment
    invoice_id          VARCHAR,           -- core_invoice
    owner_team_id       VARCHAR,           -- team that owns it
    owner_user_id       VARCHAR,           -- person who owns it
    department          VARCHAR,           -- of the team
    channel             VARCHAR,           -- order channel
    fulfilment_channel  VARCHAR,           -- of the order
    business_unit       VARCHAR,           -- whose business
    process_step        VARCHAR,           -- where it arose
    business_rule_id    VARCHAR,           -- the rule that raised it
    root_cause_code     VARCHAR,           -- as dispositioned
    resolution_code     VARCHAR,           -- how it ended
    recurrence_key      VARCHAR NOT NULL,  -- type + what recurs
    parent_exception_id VARCHAR,           -- cause
    detector_id         VARCHAR,           -- who found it
    detected_by         VARCHAR,           -- rule | system | person | customer
    disposition         VARCHAR,           -- confirmed | false_positive | duplicate
    detected_at         TIMESTAMP NOT NULL,  -- start of its life
    acknowledged_at     TIMESTAMP,         -- first human reaction
    escalated_at        TIMESTAMP,         -- first escalation
    resolved_at         TIMESTAMP,         -- the fix
    closed_at           TIMESTAMP,         -- end of the record
    cancelled_at        TIMESTAMP,         -- withdrawn
    reopened_at         TIMESTAMP,         -- last reopening
    ended_at            TIMESTAMP,         -- first of resolved, closed, cancelled: no longer open from here
    reopen_count        INTEGER NOT NULL,  -- 0 where the source says nothing
    reassignment_count  INTEGER,           -- unknown where the source says nothing
    paused_seconds      BIGINT NOT NULL,   -- 0 where the source says nothing
    ack_due_at          TIMESTAMP,         -- acknowledge by
    decide_due_at       TIMESTAMP,         -- decide by
    sla_due_at          TIMESTAMP,         -- resolve by
    sla_breached        BOOLEAN,           -- not resolved by the due time if there is one, else the source's flag, else null
    sla_basis           VARCHAR,           -- due_time | source_flag | null = unknown
    is_open             BOOLEAN NOT NULL,  -- at its source's as-of
    is_preventable      BOOLEAN,           -- own or the type's
    blocks_line         BOOLEAN,           -- own or the type's
    age_hours           DOUBLE,            -- open ones: detected to its source's as-of
    resolution_hours    DOUBLE,            -- resolved ones: detected to resolved less pauses; null when is_time_suspect
    is_time_suspect     BOOLEAN NOT NULL,  -- ends before it starts, or starts after its source's clock (fault 19)
    magnitude           DECIMAL(18,4),     -- in the type's unit
    value_at_risk_amount DECIMAL(18,4),    -- in the reporting currency; null without value or rate
    evidence            VARCHAR,           -- why, for detected ones
    note                VARCHAR,           -- free text
    as_of               TIMESTAMP,         -- its source's clock
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per order line with its order's context. Key: order_line_id
CREATE TABLE mart_order_line (
    order_line_id       VARCHAR NOT NULL,  -- core_order_line
    order_id            VARCHAR NOT NULL,  -- core_order
    source_system       VARCHAR NOT NULL,  -- source
    line_no             INTEGER,           -- position within the order
    customer_id         VARCHAR,           -- core_customer
    customer_tier       VARCHAR,           -- of the customer
    segment             VARCHAR,           -- of the customer
    item_id             VARCHAR,           -- core_item
    product_family      VARCHAR,           -- of the item
    site_id             VARCHAR,           -- ships it
    supplier_id         VARCHAR,           -- behind it
    channel             VARCHAR,           -- of the order
    fulfilment_channel  VARCHAR,           -- of the order
    business_unit       VARCHAR,           -- of the order
    order_at            TIMESTAMP,         -- booked
    ordered_qty         DECIMAL(18,4),     -- base units
    confirmed_qty       DECIMAL(18,4),     -- base units
    allocated_qty       DECIMAL(18,4),     -- base units
    shipped_qty         DECIMAL(18,4),     -- base units
    first_ship_qty      DECIMAL(18,4),     -- base units
    delivered_qty       DECIMAL(18,4),     -- base units
    cancelled_qty       DECIMAL(18,4),     -- base units
    open_qty            DECIMAL(18,4),     -- ordered − shipped − cancelled, at least 0
    unit_price          DECIMAL(18,4),     -- reporting currency
    unit_cost           DECIMAL(18,4),     -- reporting currency
    line_amount         DECIMAL(18,4),     -- ordered_qty × unit_price
    open_amount         DECIMAL(18,4),     -- open_qty × unit_price
    requested_date      DATE,              -- customer asked
    promise_date        DATE,              -- first promise
    projected_date      DATE,              -- expected now
    contract_due_at     TIMESTAMP,         -- contractual due time
    backordered_at      TIMESTAMP,         -- put on backorder
    reservation_failed_at TIMESTAMP,       -- first failed reservation
    released_at         TIMESTAMP,         -- released to the warehouse
    shipped_at          TIMESTAMP,         -- first shipment
    complete_ship_at    TIMESTAMP,         -- fully shipped
    delivered_at        TIMESTAMP,         -- fully delivered
    cancelled_at        TIMESTAMP,         -- withdrawn
    as_of               TIMESTAMP,         -- its source's clock
    file_no             INTEGER,           -- lineage
    file_line           BIGINT             -- lineage
);
-- One row per exception and what its money stands on; money counts once per money_key. Key: exception_id, money_key
CREATE TABLE mart_money_at_risk (
    exception_id        VARCHAR NOT NULL,  -- mart_exception
    money_key           VARCHAR NOT NULL,  -- order line, else order, invoice, shipment or the exception itself
    amount              DOUBLE             -- its share of the exception's value at risk, reporting currency; null = unknown
);
-- One row per shipment that left, with its freight in the reporting currency (K39). Key: shipment_id
CREATE TABLE mart_freight (
    shipment_id         VARCHAR NOT NULL,  -- core_shipment
    source_system       VARCHAR NOT NULL,  -- source
    shipped_at          TIMESTAMP NOT NULL,  -- left the site
    site_id             VARCHAR,           -- shipped from
    carrier_id          VARCHAR,           -- core_carrier
    customer_id         VARCHAR,           -- core_customer
    freight_amount      DECIMAL(18,4),     -- in the reporting currency by the rate of that day; null without a rate
    premium_amount      DECIMAL(18,4),     -- freight less standard freight, so too
    is_haste            BOOLEAN            -- expedited, and an exception of the shipment or of its order stands behind it
);
-- One row per stretch of business hours of a calendar in a time zone. Key: calendar_code, time_zone, opens_at
CREATE TABLE mart_shift (
    calendar_code       VARCHAR NOT NULL,  -- ref_calendar
    time_zone           VARCHAR NOT NULL,  -- IANA name, of the sites that keep it
    opens_at            TIMESTAMP NOT NULL,  -- UTC
    open_seconds        BIGINT NOT NULL,   -- until it closes
    before_seconds      BIGINT NOT NULL    -- business seconds of the calendar before it opens
);
-- One row per touch: a human event that is not the same person going on (kpis.md). Key: object_type, object_id, event_id
CREATE TABLE mart_touch (
    object_type         VARCHAR NOT NULL,  -- order | exception
    object_id           VARCHAR NOT NULL,  -- what was touched
    event_id            VARCHAR NOT NULL,  -- core_event
    touched_at          TIMESTAMP NOT NULL,  -- of the event
    is_in_flow          BOOLEAN            -- of an order: between its booking and its first posted invoice (K04); else null
);
-- One row per activity of a view, numbered for mining. Key: view, activity_no
CREATE TABLE mart_activity (
    view                VARCHAR NOT NULL,  -- object type that is the case
    activity_no         INTEGER NOT NULL,  -- number of the name, the same in every view of a build
    activity            VARCHAR NOT NULL,  -- name as the log says
    event_count         BIGINT NOT NULL,   -- steps of the view with it
    case_count          BIGINT NOT NULL    -- cases of the view with it
);
-- One row per case of a view. Key: view, case_no
CREATE TABLE mart_case (
    view                VARCHAR NOT NULL,  -- object type that is the case
    case_no             INTEGER NOT NULL,  -- number of the case
    case_id             VARCHAR NOT NULL,  -- the object's id
    source_system       VARCHAR NOT NULL,  -- source of its first event
    variant_no          INTEGER NOT NULL,  -- mart_variant
    step_count          INTEGER NOT NULL,  -- events of the case
    started_at          TIMESTAMP NOT NULL,  -- first event
    ended_at            TIMESTAMP NOT NULL,  -- last event
    throughput_seconds  BIGINT NOT NULL,   -- last − first
    is_open             BOOLEAN NOT NULL   -- not known to be finished
);
-- One row per step of a case, in case and time order, with its successor. Key: view, case_no, step_no
CREATE TABLE mart_event_step (
    view                VARCHAR NOT NULL,  -- object type that is the case
    case_no             INTEGER NOT NULL,  -- mart_case
    step_no             INTEGER NOT NULL,  -- 1 = first
    activity_no         INTEGER NOT NULL,  -- mart_activity
    next_activity_no    INTEGER,           -- successor; null = last
    activity_seen       INTEGER NOT NULL,  -- how often the activity has come in this case, this one included
    edge_seen           INTEGER,           -- how often this edge has come in this case; null = last
    timestamp           TIMESTAMP NOT NULL,  -- of the event
    gap_seconds         BIGINT,            -- to the successor; null = last
    event_row           BIGINT NOT NULL    -- the event: rowid of core_event in the same build
);
-- One row per variant of a view. Key: view, variant_no
CREATE TABLE mart_variant (
    view                VARCHAR NOT NULL,  -- object type that is the case
    variant_no          INTEGER NOT NULL,  -- 1 = most cases
    activity_nos        INTEGER[] NOT NULL,  -- the sequence
    step_count          INTEGER NOT NULL,  -- its length
    case_count          BIGINT NOT NULL    -- cases with exactly this sequence
);
-- One row per value of a dimension that what can fail is compared by. Key: dimension, value_no
CREATE TABLE mart_exposure_value (
    dimension           VARCHAR NOT NULL,  -- site_id, channel, tier …
    value_no            INTEGER NOT NULL,  -- 0 = first in the order of the values
    value               VARCHAR NOT NULL   -- id or word
);
-- One row per correlation id with a failed message, and when it got through. Key: correlation_id
CREATE TABLE mart_integration_failure (
    correlation_id      VARCHAR NOT NULL,  -- of the messages that belong together
    source_system       VARCHAR,           -- source of its first failed message
    interface_id        VARCHAR,           -- interface of its failed messages
    first_failed_at     TIMESTAMP,         -- when it failed first
    recovered_at        TIMESTAMP          -- as stated, else the first later message that passed; null = not yet
);
-- One row per business transaction that arrived more than once on one interface. Key: business_key
CREATE TABLE mart_repeated_transaction (
    business_key        VARCHAR NOT NULL,  -- of the transaction, as its messages bear it
    source_system       VARCHAR,           -- source
    first_sent_at       TIMESTAMP          -- when it arrived first
);
-- One row per unit that can fail, for rates: its dimensions as numbers of mart_exposure_value. Key: kind, unit_id
CREATE TABLE mart_exposure (
    kind                VARCHAR NOT NULL,  -- order_line, order, shipment, receipt or invoice
    unit_id             VARCHAR NOT NULL,  -- order_line_id, order_id, shipment_id, supply_id or invoice_id
    exposed_at          TIMESTAMP NOT NULL,  -- when it could fail: booked, shipped, received, posted
    source_system_no    INTEGER,           -- source
    site_no             INTEGER,           -- ships or receives it
    supplier_no         INTEGER,           -- behind it
    product_family_no   INTEGER,           -- of the item
    channel_no          INTEGER,           -- of the order
    fulfilment_channel_no INTEGER,           -- of the order
    business_unit_no    INTEGER,           -- of the order, or the customer
    segment_no          INTEGER,           -- of the customer
    customer_no         INTEGER,           -- behind it
    carrier_no          INTEGER,           -- carries it
    tier_no             INTEGER            -- of the customer
);
-- One row per exception that counts and kind of unit: the unit it befell, or itself as an event. Key: kind, exception_id
CREATE TABLE mart_failure (
    kind                VARCHAR NOT NULL,  -- as in mart_exposure
    exception_id        VARCHAR NOT NULL,  -- core_exception; duplicates and false positives are left out
    type_code           VARCHAR NOT NULL,  -- its type
    unit_id             VARCHAR NOT NULL,  -- mart_exposure; the exception itself when it names no known unit of the kind
    is_linked           BOOLEAN NOT NULL,  -- it names one
    money_id            VARCHAR NOT NULL,  -- the order line whose money it is, else the exception: money counts once
    failed_at           TIMESTAMP NOT NULL,  -- when the unit could fail; of an event when it was detected
    source_system_no    INTEGER,           -- the dimensions of the unit, or of the event, as in mart_exposure
    site_no             INTEGER,           -- ships or receives it
    supplier_no         INTEGER,           -- behind it
    product_family_no   INTEGER,           -- of the item
    channel_no          INTEGER,           -- of the order
    fulfilment_channel_no INTEGER,           -- of the order
    business_unit_no    INTEGER,           -- of the order, or the customer
    segment_no          INTEGER,           -- of the customer
    customer_no         INTEGER,           -- behind it
    carrier_no          INTEGER,           -- carries it
    tier_no             INTEGER,           -- of the unit's customer; an event states none
    amount              DECIMAL(18,4),     -- money at risk in the reporting currency
    days                DOUBLE             -- until the fix, or so far
);
