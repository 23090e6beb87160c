//! No audit row, no execution; no durable result row, no result.

use insta::assert_snapshot;
use pstral_core::domain::{AuditAction, ButtonAction};

use crate::world::{World, alex, camille, run_test};

async fn offer(world: &World) -> ButtonAction {
    world.say(&alex(), "How many clients do we have in Paris?").await;
    ButtonAction::Execute(world.newest_proposal())
}

#[test]
fn without_a_row_nothing_runs() {
    run_test(async |world| {
        let click = offer(world).await;
        world.audit.refuse(&[AuditAction::Execution]);
        world.click(&alex(), click).await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.newest(), @"The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).");
        // The click is not lost: it runs once the audit can be written.
        world.audit.refuse(&[]);
        world.command(&alex(), "execute").await;
        assert_eq!(world.target.ran().len(), 1);
    });
}

#[test]
fn a_result_that_is_not_recorded_is_not_shown() {
    run_test(async |world| {
        let click = offer(world).await;
        world.audit.refuse(&[AuditAction::Result]);
        world.click(&alex(), click).await;
        assert_eq!(world.target.ran().len(), 1);
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        The statement ran, but its result could not be recorded in the audit log: to be safe, it is not shown. Tell an administrator (disk space, state database).
        ");
        assert_eq!(world.files_on_disk(), Vec::<String>::new());
    });
}

#[test]
fn without_a_row_the_model_is_not_asked() {
    run_test(async |world| {
        world.audit.refuse(&[AuditAction::Question]);
        world.say(&camille(), "Une question que personne n'a encore posée").await;
        assert_eq!(world.model.requests(), []);
        assert_snapshot!(world.transcript(), @"
        ── #1 private
        Le journal d’audit ne peut pas être écrit : par sécurité, rien n’a été exécuté. Prévenez un administrateur (espace disque, base d’état).
        ");
    });
}

#[test]
fn an_answer_that_cannot_be_recorded_leaves_no_message_that_looks_live() {
    for refused in [AuditAction::Answer, AuditAction::Proposal, AuditAction::Refusal] {
        run_test(async |world| {
            let statement =
                if refused == AuditAction::Refusal { "DELETE FROM clients" } else { "SELECT id FROM clients" };
            world.audit.refuse(&[refused]);
            world.model_says(&format!("Here is what you asked me for, my friend:\n```sql\n{statement}\n```"));
            world.say(&alex(), "Every client there is, whatever their city").await;
            assert!(!world.offers_something());
            assert!(world.transcript().contains("The audit log cannot be written"), "{}", world.transcript());
        });
    }
}

#[test]
fn a_verified_query_that_cannot_be_recorded_is_not_offered() {
    run_test(async |world| {
        world.audit.refuse(&[AuditAction::Proposal]);
        world.say(&alex(), "How many clients do we have in Paris?").await;
        assert!(!world.offers_something());
        assert_snapshot!(world.transcript(), @r"
        ── #1 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ");
    });
}

#[test]
fn with_no_audit_at_all_every_way_is_closed() {
    run_test(async |world| {
        let click = offer(world).await;
        world.audit.refuse(AuditAction::ALL);
        world.say(&alex(), "How many clients do we have in Paris?").await;
        world.command(&alex(), "execute").await;
        world.command(&alex(), "edit SELECT id FROM clients").await;
        world.command(&alex(), "audit").await;
        world.click(&camille(), click).await;
        assert_eq!(world.target.ran(), []);
        assert_snapshot!(world.transcript_from(2), @"
        ── #2 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ── #3 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ── #4 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ── #5 private
        The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
        ── #6 private
        Le journal d’audit ne peut pas être écrit : par sécurité, rien n’a été exécuté. Prévenez un administrateur (espace disque, base d’état).
        ");
    });
}
