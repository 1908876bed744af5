// The pages work without this; with it they are live. Text that comes from the server is only ever set as text.
'use strict';

const parts = () => new Map([...document.querySelectorAll('[data-part]')].map(part => [part.dataset.part, part]));

// Fetches the page again and puts its parts in the place of the old ones, unless they are the same.
const refresh = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const [name, part] of parts()) {
    const next = page.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) part.replaceWith(document.importNode(next, true));
  }
};

const events = document.getElementById('content')?.dataset.events;
if (events) {
  let waiting = null;
  const soon = () => { waiting ??= setTimeout(async () => { try { await refresh(); } finally { waiting = null; } }, 250); };
  const source = new EventSource(events);
  for (const kind of ['state', 'step', 'batch', 'change']) source.addEventListener(kind, soon);
  source.addEventListener('end', () => { source.close(); soon(); });
}

for (const log of document.querySelectorAll('pre[data-log]')) {
  const label = log.parentElement.querySelector('.follow');
  const follow = label.querySelector('[data-follow]');
  label.hidden = false;
  log.scrollTop = log.scrollHeight;
  const source = new EventSource(log.dataset.log);
  source.addEventListener('text', event => {
    for (const { text, style } of JSON.parse(event.data)) {
      const piece = document.createElement('span');
      piece.className = style;
      piece.textContent = text;
      log.append(piece);
    }
    if (follow.checked) log.scrollTop = log.scrollHeight;
  });
  source.addEventListener('end', () => source.close());
}

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  await navigator.clipboard.writeText(button.parentElement.querySelector('pre').textContent);
  button.textContent = 'Copied';
});
if (navigator.clipboard) for (const button of document.querySelectorAll('[data-copy]')) button.hidden = false;

for (const input of document.querySelectorAll('[data-filter]')) {
  const rows = document.querySelectorAll(`#${CSS.escape(input.dataset.filter)} tbody tr`);
  input.addEventListener('input', () => {
    const wanted = input.value.toLowerCase();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
