// What the test pages share: rows of fields, one call, and its answer as it came.
const answer = document.getElementById('answer');
const picture = document.getElementById('picture');

/** Adds a row of name and value; a file row takes a file instead of text. */
export function addRow(rows, name = '', value = '', isFile = false) {
  const row = document.createElement('div');
  row.className = 'row';
  const nameInput = input('text', name, 'name');
  const valueInput = input(isFile ? 'file' : 'text', isFile ? '' : value, 'value');
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.textContent = 'Remove';
  remove.addEventListener('click', () => row.remove());
  row.append(nameInput, valueInput, remove);
  rows.append(row);
}

function input(type, value, label) {
  const element = document.createElement('input');
  element.type = type;
  if (type !== 'file') element.value = value;
  element.setAttribute('aria-label', label);
  return element;
}

/** The rows as a body: multipart when there is a file, else URL-encoded. */
export function bodyOf(rows) {
  const fields = [...rows.querySelectorAll('.row')].map((row) => {
    const [name, value] = row.querySelectorAll('input');
    return [name.value, value.type === 'file' ? value.files[0] : value.value];
  });
  const sent = fields.filter(([name, value]) => name !== '' && value !== undefined);
  const multipart = sent.some(([, value]) => value instanceof File);
  const body = multipart ? new FormData() : new URLSearchParams();
  for (const [name, value] of sent) body.append(name, value);
  return body;
}

/** Makes a call and shows its answer, a picture as a picture. */
export async function call(method, path, body) {
  const user = document.getElementById('user')?.value;
  const headers = user ? { gms_user: user } : {};
  answer.textContent = `${method} ${path}\n…`;
  picture.hidden = true;
  try {
    const response = await fetch(path, { method, headers, body });
    const type = response.headers.get('content-type') ?? '';
    answer.classList.toggle('failed', !response.ok);
    const head = `${method} ${path}\nHTTP ${response.status} ${type}\n\n`;
    if (type.startsWith('image/')) {
      answer.textContent = head;
      picture.src = URL.createObjectURL(await response.blob());
      picture.hidden = false;
      return undefined;
    }
    const text = await response.text();
    answer.textContent = head + text;
    return type.startsWith('application/json') ? JSON.parse(text) : text;
  } catch (error) {
    answer.classList.add('failed');
    answer.textContent = `${method} ${path}\n${error}`;
    return undefined;
  }
}

/** Has a button do something when pressed. */
export function onPress(id, work) {
  document.getElementById(id).addEventListener('click', work);
}
