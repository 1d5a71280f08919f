import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit of options becomes the audit of all; what it has stays, and needs no rewriting. */
export class WidenAudit1796083205002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE option_audit RENAME TO audit_entry');
    await runner.query('ALTER TABLE audit_entry RENAME COLUMN section TO subject');
    await runner.query(`
      ALTER TABLE audit_entry
        ADD COLUMN kind    text    NOT NULL DEFAULT 'configuration',
        ADD COLUMN calls   integer NOT NULL DEFAULT 1,
        ADD COLUMN last_at timestamptz,
        ADD COLUMN tally   text COLLATE "C"`);
    await runner.query('ALTER INDEX option_audit_section RENAME TO audit_entry_subject');
    await runner.query('CREATE INDEX audit_entry_kind ON audit_entry (kind, id)');
    await runner.query('CREATE INDEX audit_entry_at ON audit_entry (at)');
    await runner.query(`
      CREATE UNIQUE INDEX audit_entry_tally ON audit_entry (tally) WHERE tally IS NOT NULL`);
    await runner.query(
      'CREATE INDEX cs_maintenance_audit_begun ON cs_maintenance_audit (begun_at)',
    );
    const columns = {
      'audit_entry.before': 'secrets masked; NULL: it was not there',
      'audit_entry.after': 'secrets masked; NULL: it is gone',
      'audit_entry.calls': 'refusals of one caller, for one reason and within one minute',
      'audit_entry.tally': 'caller, reason and minute of refusals; NULL: an entry of one call',
    };
    for (const [column, text] of Object.entries(columns)) {
      await runner.query(`COMMENT ON COLUMN ${column} IS '${text}'`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX cs_maintenance_audit_begun, audit_entry_kind, audit_entry_at');
    await runner.query(`DELETE FROM audit_entry WHERE kind <> 'configuration'`);
    await runner.query(`
      ALTER TABLE audit_entry
        DROP COLUMN kind, DROP COLUMN calls, DROP COLUMN last_at, DROP COLUMN tally`);
    await runner.query('ALTER INDEX audit_entry_subject RENAME TO option_audit_section');
    await runner.query('ALTER TABLE audit_entry RENAME COLUMN subject TO section');
    await runner.query('ALTER TABLE audit_entry RENAME TO option_audit');
  }
}
