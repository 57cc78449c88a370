"""Which words does the product know? Enumerations only; never any logic.

Every word that is stored in a canonical table and has a closed list of values is here, so that SQL,
Python and pages spell it the same way. Open lists (exception types, activities of a foreign log) are
reference data or data, not vocabulary.
"""

from enum import StrEnum


class ExceptionStatus(StrEnum):
    """Where the record of an exception stands (ruling 5)."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    DUPLICATE = "duplicate"
    FALSE_POSITIVE = "false_positive"


class Severity(StrEnum):
    """The three tiers of TRI-02, mildest first."""

    INFORMATIONAL = "informational"
    STANDARD = "standard"
    CRITICAL = "critical"


class Category(StrEnum):
    """The upper level of the taxonomy (ING-05), plus two that keep honesty.

    `service` holds incidents of IT service logs, which are no order exceptions; `unmapped` holds
    exceptions whose local code is still on the work list (never "other").
    """

    INVENTORY = "inventory"
    CREDIT = "credit"
    PRICING = "pricing"
    MASTER_DATA = "master_data"
    INTEGRATION = "integration"
    FULFILMENT = "fulfilment"
    SUPPLY = "supply"
    FINANCE = "finance"
    SERVICE = "service"
    UNMAPPED = "unmapped"


class CustomerTier(StrEnum):
    """How much a customer matters by contract, most first."""

    STRATEGIC = "strategic"
    KEY = "key"
    STANDARD = "standard"
    SMALL = "small"


class ObjectType(StrEnum):
    """The object types of the product; a foreign log may bring more of its own."""

    ORDER = "order"
    ORDER_LINE = "order_line"
    SHIPMENT = "shipment"
    INVOICE = "invoice"
    PAYMENT = "payment"
    EXCEPTION = "exception"
    CUSTOMER = "customer"
    ITEM = "item"
    SUPPLIER = "supplier"
    SITE = "site"
    TEAM = "team"
    USER = "user"
    PURCHASE_ORDER = "purchase_order"
    PURCHASE_ORDER_LINE = "purchase_order_line"
    PURCHASE_REQUISITION = "purchase_requisition"
    QUOTATION = "quotation"
    RECEIPT = "receipt"


class BusinessEvent(StrEnum):
    """Canonical business events (ING-02): what an activity of any log means to us."""

    ORDER_CREATED = "order_created"
    ORDER_CONFIRMED = "order_confirmed"
    ORDER_CANCELLED = "order_cancelled"
    INVENTORY_RESERVED = "inventory_reserved"
    ALLOCATION_FAILED = "allocation_failed"
    PICK_STARTED = "pick_started"
    PICK_CONFIRMED = "pick_confirmed"
    PACKED = "packed"
    SHIPMENT_CONFIRMED = "shipment_confirmed"
    SHIPMENT_DELAYED = "shipment_delayed"
    DELIVERY_FAILED = "delivery_failed"
    DELIVERED = "delivered"
    CREDIT_HOLD_APPLIED = "credit_hold_applied"
    CREDIT_HOLD_RELEASED = "credit_hold_released"
    REPLENISHMENT_ORDERED = "replenishment_ordered"
    REPLENISHMENT_CONFIRMED = "replenishment_confirmed"
    RECEIPT_POSTED = "receipt_posted"
    INVOICE_POSTED = "invoice_posted"
    INVOICE_MATCHED = "invoice_matched"
    PAYMENT_REMINDED = "payment_reminded"
    PAID = "paid"
    APPROVAL_REQUESTED = "approval_requested"
    APPROVAL_DELEGATED = "approval_delegated"
    APPROVAL_DECIDED = "approval_decided"
    EXCEPTION_DETECTED = "exception_detected"
    EXCEPTION_ACKNOWLEDGED = "exception_acknowledged"
    EXCEPTION_ASSIGNED = "exception_assigned"
    EXCEPTION_ESCALATED = "exception_escalated"
    EXCEPTION_RESOLVED = "exception_resolved"
    EXCEPTION_REOPENED = "exception_reopened"
    EXCEPTION_CLOSED = "exception_closed"


class ResourceType(StrEnum):
    """Who did an event: a person, or a program on its own."""

    HUMAN = "human"
    AUTOMATIC = "automatic"


class LatencyClass(StrEnum):
    """How fresh a source can be at best (ING-03)."""

    REAL_TIME = "real-time"
    HOURLY_BATCH = "hourly batch"
    NIGHTLY = "nightly"
    FLAT_FILE = "flat file"


class AgingBucket(StrEnum):
    """The buckets of K10, youngest first."""

    H4 = "0–4 h"
    H24 = "4–24 h"
    D3 = "1–3 d"
    D7 = "3–7 d"
    D14 = "7–14 d"
    OLDER = ">14 d"


class Role(StrEnum):
    """What a user may be (GOV-01); one user has one role and a scope of sites (ruling 17)."""

    EXECUTIVE = "executive"
    OPERATIONS_LEADER = "operations_leader"
    PROCESS_ENGINEER = "process_engineer"
    APPROVER = "approver"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"


class ProposalState(StrEnum):
    """Where a proposal stands; which changes exist is the one table of ruling 16."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PARTLY_APPROVED = "partly_approved"
    APPROVED = "approved"
    RELEASED = "released"
    FAILED = "failed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MoveAction(StrEnum):
    """The ways to serve a short order line (REA-01)."""

    ALTERNATE_SITE = "alternate_site"
    IN_TRANSIT = "in_transit"
    DROP_SHIP = "drop_ship"
    SPLIT = "split"
    SUBSTITUTE = "substitute"
    PARTIAL_SHIP = "partial_ship"
    WAIT = "wait"
    ALTERNATE_CARRIER = "alternate_carrier"
    TAKE_BACK = "take_back"
    RESERVE = "reserve"
    PARTIAL_RELEASE = "partial_release"
    DEFER = "defer"


class AllocationClass(StrEnum):
    """Who may gain and who may lose when promised stock is dealt out again."""

    WIN = "win"
    IMPROVE = "improve"
    KEEP = "keep"
    LOSE = "lose"
    NEVER_LOSES = "never_loses"


class CauseLayer(StrEnum):
    """Where a cause lies (RCA-05), and three more that the taxonomy needs."""

    SOURCE_DATA = "bad source data"
    TIMEOUT = "API timeout"
    TRANSFORMATION = "failed transformation"
    RULE_CONFLICT = "business-rule conflict"
    POLICY = "policy"
    SUPPLIER = "supplier"
    WAREHOUSE = "warehouse"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    NOT_KNOWN = "not known"


class ServiceRole(StrEnum):
    """What an automatic step acts as: a named account with its own rights (ruling 17)."""

    EXPIRY = "expiry_service"
    OUTBOX = "outbox_service"
    ESCALATION = "escalation_service"
    INTAKE = "intake_service"
    POLICY = "policy_service"


class ReservationState(StrEnum):
    """What a proposal's claim on stock is worth (ruling 16)."""

    TAKEN = "taken"
    CONSUMED = "consumed"
    FREED = "freed"


class OutboxState(StrEnum):
    """Where a message that must leave the house stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    DEAD = "dead"
    CANCELLED = "cancelled"


class BacklogStatus(StrEnum):
    """Where a change that shall prevent a cause stands (RCA-08)."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    MEASURED = "measured"
    DROPPED = "dropped"


class TaskState(StrEnum):
    """Where one of the parallel tasks of a case stands (ROU-05)."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
