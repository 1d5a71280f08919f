import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What GET /notification/deliveries is narrowed by: deliveries of a subscription, those that failed,
 * and those of a tag. A delivery comes into one more index than before, when it has ended.
 */
export class IndexDeliveryLists1795485600013 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX push_delivery_subscription_ended ON push_delivery (subscription_id, seq)
       WHERE state <> 'pending'`);
    await runner.query(`
      CREATE INDEX push_delivery_failed ON push_delivery (state, seq)
       WHERE state IN ('dead', 'expired')`);
    await runner.query('CREATE INDEX push_event_tag ON push_event (tag)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP INDEX push_event_tag, push_delivery_failed, push_delivery_subscription_ended',
    );
  }
}
