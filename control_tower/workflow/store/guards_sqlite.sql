/* What SQLite refuses, whoever speaks to it: to change history, and to approve what one proposed. */
CREATE TRIGGER audit_no_update
    BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only');
END
-- next
CREATE TRIGGER audit_no_delete
    BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only');
END
-- next
CREATE TRIGGER anchor_no_update
    BEFORE UPDATE ON anchor
BEGIN SELECT RAISE(ABORT, 'anchor is append-only');
END
-- next
CREATE TRIGGER anchor_no_delete
    BEFORE DELETE ON anchor
BEGIN SELECT RAISE(ABORT, 'anchor is append-only');
END
-- next
CREATE TRIGGER proposal_version_no_update
    BEFORE UPDATE ON proposal_version
BEGIN SELECT RAISE(ABORT, 'proposal_version is append-only');
END
-- next
CREATE TRIGGER proposal_version_no_delete
    BEFORE DELETE ON proposal_version
BEGIN SELECT RAISE(ABORT, 'proposal_version is append-only');
END
-- next
CREATE TRIGGER case_state_no_update
    BEFORE UPDATE ON case_state
BEGIN SELECT RAISE(ABORT, 'case_state is append-only');
END
-- next
CREATE TRIGGER case_state_no_delete
    BEFORE DELETE ON case_state
BEGIN SELECT RAISE(ABORT, 'case_state is append-only');
END
-- next
CREATE TRIGGER audit_in_order
    BEFORE INSERT ON audit
WHEN NEW.sequence_no <> (SELECT coalesce(max(sequence_no), 0) + 1 FROM audit)
BEGIN SELECT RAISE(ABORT, 'audit entries follow one another without a gap');
END
-- next
CREATE TRIGGER approval_by_second_person
    BEFORE INSERT ON proposal_approval
WHEN NEW.approver_person_id <> (SELECT person_id FROM app_user WHERE user_id = NEW.approver_id)
    OR NEW.approver_person_id IN (SELECT u.person_id FROM app_user AS u
        JOIN proposal_version AS v ON v.edited_by = u.user_id WHERE v.proposal_id = NEW.proposal_id)
    OR (SELECT person_id FROM app_user WHERE user_id = NEW.on_behalf_of) IN (SELECT u.person_id FROM app_user AS u
        JOIN proposal_version AS v ON v.edited_by = u.user_id WHERE v.proposal_id = NEW.proposal_id)
BEGIN SELECT RAISE(ABORT, 'nobody approves what they proposed or edited');
END
