import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../../support/embedded-database.js';
import { useTestServer } from '../../support/use-servers.js';

// docs/operations/deployment.md: deploy/ has what an operator copies
const server = useTestServer();

const read = (file: string) => readFileSync(join(checkout, file), 'utf8');

/**
 * The metrics of an expression, as the server names them: `_bucket`, `_count`, `_sum` are a
 * histogram's.
 */
function metricsOf(expression: string): string[] {
  const withoutTexts = expression.replace(/"[^"]*"/g, '');
  const names = withoutTexts.match(/\b(?:gms|nodejs|process)_[a-z0-9_]+/g) ?? [];
  return names.map((name) => name.replace(/_(?:bucket|count|sum)$/, ''));
}

/** The names and labels that an expression selects, where it says both. */
function labelsOf(expression: string): [metric: string, label: string][] {
  return [...expression.matchAll(/((?:gms)_[a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, name, labels]) =>
    [...labels!.matchAll(/([a-z_]+)\s*[=!]~?/g)]
      .map(([, label]): [string, string] => [name!.replace(/_(?:bucket|count|sum)$/, ''), label!])
      .filter(([, label]) => !['instance', 'job', 'le'].includes(label)),
  );
}

interface Alerts {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

const rules = () =>
  (parse(read('deploy/alerts.yml')) as Alerts).groups.flatMap((group) => group.rules);
const panels = () => (JSON.parse(read('deploy/grafana-dashboard.json')) as Dashboard).panels;

async function served(): Promise<Set<string>> {
  const { text } = await server.request('GET', '/metrics');
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!));
}

describe('the alert rules and the dashboard', () => {
  it('name metrics alone that /metrics has', async () => {
    const known = await served();
    const expressions = [
      ...rules().map(({ expr }) => expr),
      ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    expect(expressions.length).toBeGreaterThan(30);
    const named = new Set(expressions.flatMap(metricsOf));
    expect([...named].filter((name) => !known.has(name))).toEqual([]);
  });

  it('select by labels alone that monitoring.md lists for the metric', () => {
    const table = read('docs/operations/monitoring.md');
    const selected = [
      ...rules().map(({ expr }) => expr),
      ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ].flatMap(labelsOf);
    expect(selected.length).toBeGreaterThan(5);
    for (const [metric, label] of selected) {
      const line = table.split('\n').find((row) => row.startsWith(`| \`${metric}\` |`));
      expect(line ?? `${metric} is not listed`).toContain(`\`${label}\``);
    }
  });

  it('take the growth of what only grows, and of what also falls the difference', async () => {
    const { text } = await server.request('GET', '/metrics');
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].map(([, name, type]) => [name!, type!]),
    );
    const expressions = [
      ...rules().map(({ expr }) => expr),
      ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const grown = expressions.flatMap((expression) =>
      [...expression.matchAll(/\b(rate|increase|delta)\((\w+)/g)].map(([, how, name]) => ({
        isGauge: types.get(name!.replace(/_(?:bucket|count|sum)$/, '')) === 'gauge',
        ...{ how, name },
      })),
    );
    expect(grown.length).toBeGreaterThan(10);
    expect(grown.filter(({ how, isGauge }) => isGauge !== (how === 'delta'))).toEqual([]);
  });

  it('call for nobody when callers send malformed JSON, which is a 500 as documented', () => {
    const errors = rules().find(({ alert }) => alert === 'OpenGmsServerErrors');
    expect(errors?.expr).toMatch(/gms_requests_total\{[^}]*fault="server"/);
  });

  it('say what each alert and panel is about', () => {
    expect(
      rules().every(({ alert, annotations }) => alert !== '' && annotations.summary !== ''),
    ).toBe(true);
    expect(panels().every(({ title }) => title !== '')).toBe(true);
  });
});

interface Compose {
  services: Record<
    string,
    { build?: object; ports?: string[]; image: string; environment?: object }
  >;
}

describe('compose.yaml', () => {
  const { services } = parse(read('compose.yaml'), { merge: true }) as Compose;

  it('builds the image once and is reached from this machine alone', () => {
    const nodes = Object.values(services).filter(({ image }) => image === 'opengms');
    expect(nodes).toHaveLength(2);
    expect(nodes.filter(({ build }) => build !== undefined)).toHaveLength(1);
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports).toEqual(['${PUBLISH:-127.0.0.1:8080}:8080']);
  });

  it('hands secrets over as files', () => {
    for (const { environment = {} } of Object.values(services)) {
      const names = Object.keys(environment).filter((name) => /URL|KEY|PASSWORD/.test(name));
      expect(names.filter((name) => !name.endsWith('_FILE'))).toEqual([]);
    }
  });
});

describe('the nginx configurations', () => {
  it('add to Via and replace nothing of it, by which a node knows what it has sent out itself', () => {
    const [, value] = /proxy_set_header Via (.+);/.exec(read('deploy/nginx-proxy.conf')) ?? [];
    expect(value).toBe('$via_and_nginx');
    for (const file of ['deploy/nginx.conf', 'deploy/nginx-tls.conf']) {
      const [, rules] = /map \$http_via \$via_and_nginx \{([^}]*)\}/.exec(read(file)) ?? [];
      expect(rules?.trim().split(/\s*\n\s*/)).toEqual([
        'default "$http_via, 1.1 nginx";',
        `'' "1.1 nginx";`,
      ]);
    }
  });
});
