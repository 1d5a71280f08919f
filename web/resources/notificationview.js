// How the notification page shows deliveries and explanations.

/** Makes an element with properties and children, text or other elements. */
export function node(name, properties = {}, children = []) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...[children].flat());
  return element;
}

/** Shows rows of GET /notification/deliveries. */
export function fillWithDeliveries(element, rows) {
  if (rows.length === 0) {
    element.replaceChildren(node('p', {}, 'The server knows of none.'));
    return;
  }
  const columns = ['State', 'Type', 'Device', 'Provider', 'Tries', 'Ended', 'Reason'];
  element.replaceChildren(
    table(
      'Deliveries of this event',
      columns,
      rows.map((row) => [
        node('strong', { className: `is-${row.state}` }, row.state),
        row.type,
        row.deviceId,
        row.providerName ?? '–',
        row.attempts,
        timeOf(row.endedAt) ?? (row.dueAt ? `next try ${timeOf(row.dueAt)}` : '–'),
        [row.code, row.reason].filter(Boolean).join(': ') || '–',
      ]),
    ),
  );
}

/** Shows the answer of GET /admin/push/explain. */
export function fillWithExplanation(element, { tag, provider, chain, attributes, connection }) {
  const of = provider ? `provider ${provider}` : 'no provider';
  element.replaceChildren(
    node('p', {}, `${tag}, ${of}: later sections win, option by option.`),
    table(
      'Sections, general to specific',
      ['Section', 'Exists', 'Sets'],
      chain.map(({ section, exists, sets }) => [
        section,
        exists ? 'yes' : 'no',
        Object.entries(sets).map(setting),
      ]),
    ),
    tableOr(
      'Message attributes',
      ['Attribute', 'Value', 'From section'],
      byName(attributes).map(([name, { value, section }]) => [name, words(value), section]),
    ),
    tableOr(
      'Connection',
      ['Option', 'Value', 'From section', 'Written as'],
      byName(connection).map(([name, { value, section, option }]) => [
        name,
        words(value),
        section,
        option,
      ]),
    ),
  );
}

const byName = (options) => Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));

const setting = ([name, value]) => node('div', {}, `${name} = ${words(value)}`);

const words = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

const timeOf = (text) => (text ? new Date(text).toLocaleTimeString() : undefined);

function tableOr(caption, columns, rows) {
  return rows.length > 0 ? table(caption, columns, rows) : node('p', {}, `${caption}: none set.`);
}

/** A table that is scrolled by itself where the page is narrow; the first cell heads its row. */
function table(caption, columns, rows) {
  const head = columns.map((name) => node('th', { scope: 'col' }, name));
  const body = rows.map(([first, ...rest]) =>
    node('tr', {}, [
      node('th', { scope: 'row' }, first),
      ...rest.map((cell) => node('td', {}, cell)),
    ]),
  );
  // Reached by the keyboard, so that it can be scrolled without a mouse.
  const attributes = { className: 'table', tabIndex: 0, role: 'region', ariaLabel: caption };
  return node('div', attributes, [
    node('table', {}, [
      node('caption', {}, caption),
      node('thead', {}, node('tr', {}, head)),
      node('tbody', {}, body),
    ]),
  ]);
}
