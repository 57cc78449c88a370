/* What PostgreSQL refuses, whoever speaks to it: to change history, and to approve what one proposed. */
CREATE FUNCTION tower_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
-- next
CREATE TRIGGER audit_no_change
    BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION tower_append_only()
-- next
CREATE TRIGGER audit_no_truncate
    BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION tower_append_only()
-- next
REVOKE ALL ON audit FROM PUBLIC
-- next
REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM CURRENT_USER
-- next
CREATE TRIGGER anchor_no_change
    BEFORE UPDATE OR DELETE ON anchor
    FOR EACH ROW EXECUTE FUNCTION tower_append_only()
-- next
CREATE TRIGGER anchor_no_truncate
    BEFORE TRUNCATE ON anchor
    FOR EACH STATEMENT EXECUTE FUNCTION tower_append_only()
-- next
REVOKE ALL ON anchor FROM PUBLIC
-- next
REVOKE UPDATE, DELETE, TRUNCATE ON anchor FROM CURRENT_USER
-- next
CREATE TRIGGER proposal_version_no_change
    BEFORE UPDATE OR DELETE ON proposal_version
    FOR EACH ROW EXECUTE FUNCTION tower_append_only()
-- next
CREATE TRIGGER proposal_version_no_truncate
    BEFORE TRUNCATE ON proposal_version
    FOR EACH STATEMENT EXECUTE FUNCTION tower_append_only()
-- next
REVOKE ALL ON proposal_version FROM PUBLIC
-- next
REVOKE UPDATE, DELETE, TRUNCATE ON proposal_version FROM CURRENT_USER
-- next
CREATE TRIGGER case_state_no_change
    BEFORE UPDATE OR DELETE ON case_state
    FOR EACH ROW EXECUTE FUNCTION tower_append_only()
-- next
CREATE TRIGGER case_state_no_truncate
    BEFORE TRUNCATE ON case_state
    FOR EACH STATEMENT EXECUTE FUNCTION tower_append_only()
-- next
REVOKE ALL ON case_state FROM PUBLIC
-- next
REVOKE UPDATE, DELETE, TRUNCATE ON case_state FROM CURRENT_USER
-- next
CREATE FUNCTION tower_audit_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence_no <> (SELECT coalesce(max(sequence_no), 0) + 1 FROM audit) THEN
        RAISE EXCEPTION 'audit entries follow one another without a gap';
    END IF;
    RETURN NEW;
END $$
-- next
CREATE TRIGGER audit_in_order
    BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION tower_audit_in_order()
-- next
CREATE FUNCTION tower_second_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approver_person_id <> (SELECT person_id FROM app_user WHERE user_id = NEW.approver_id)
    OR NEW.approver_person_id IN (SELECT u.person_id FROM app_user AS u
        JOIN proposal_version AS v ON v.edited_by = u.user_id WHERE v.proposal_id = NEW.proposal_id)
    OR (SELECT person_id FROM app_user WHERE user_id = NEW.on_behalf_of) IN (SELECT u.person_id FROM app_user AS u
        JOIN proposal_version AS v ON v.edited_by = u.user_id WHERE v.proposal_id = NEW.proposal_id) THEN
        RAISE EXCEPTION 'nobody approves what they proposed or edited';
    END IF;
    RETURN NEW;
END $$
-- next
CREATE TRIGGER approval_by_second_person
    BEFORE INSERT ON proposal_approval
    FOR EACH ROW EXECUTE FUNCTION tower_second_person()
