import { describe, expect, it } from '@jest/globals';
import { startService, startState } from '../../support/customer-services.js';
import { databaseRows } from '../../support/database-rows.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/compatibility.md, Life; Configuration: cview.expiration, cview.auto-complete-after
const server = useTestServer({ env: { GMS_SWEEP_INTERVAL_MS: '3600000' } });

const configure = (cview: object) =>
  server.request('PUT', '/genesys/1/admin/config/sections/cview', { json: cview });

/** Hours until a service ends, and minutes until what is active in it is completed. */
async function lifeOf(id: string): Promise<{ hours: number; minutes: number | null }> {
  const [row] = await databaseRows(
    server,
    `SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours,
            round(extract(epoch FROM auto_complete_at - now()) / 60)::int AS minutes
       FROM cs_service WHERE id = $1`,
    [id.slice(4)],
  );
  return row as { hours: number; minutes: number | null };
}

describe('section cview', () => {
  it('says how long services live from their next write on', async () => {
    const old = await startService(server);
    expect(await lifeOf(old)).toEqual({ hours: 14 * 24, minutes: null });
    expect((await configure({ expiration: '3d', 'auto-complete-after': '1200' })).status).toBe(200);
    expect(await lifeOf(old)).toEqual({ hours: 14 * 24, minutes: null });
    await startState(server, old);
    expect(await lifeOf(old)).toEqual({ hours: 72, minutes: 20 });
    expect(await lifeOf(await startService(server))).toEqual({ hours: 72, minutes: 20 });
    expect((await configure({})).status).toBe(200);
    await startState(server, old);
    expect(await lifeOf(old)).toEqual({ hours: 14 * 24, minutes: null });
  });

  it.each([
    ['expiration', '2 weeks'],
    ['expiration', '0w'],
    ['expiration', '101y'],
    ['expiration', '2W'],
    ['auto-complete-after', -1],
    ['auto-complete-after', 'soon'],
    ['use-role', 'perhaps'],
    ['use_role', true],
  ])('refuses %s: %j, and says what it takes', async (option, value) => {
    const answer = await configure({ [option]: value });
    expect([answer.status, answer.json.exception]).toEqual([400, 'InvalidConfiguration']);
    expect(answer.json.message).toContain(`option ${option}`);
  });

  it.each(['90s', '12h', '7d', '2w', '6m', '5y'])('takes expiration %s', async (expiration) => {
    const answer = await configure({ expiration });
    expect([answer.status, answer.json]).toEqual([200, { expiration }]);
  });
});
