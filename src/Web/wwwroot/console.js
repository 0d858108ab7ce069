// Small helps upon pages that work without them. Nothing here is needed to read or to save.
'use strict';

// A panel that has arrived: move focus to its heading, mark the row it belongs to.
document.addEventListener('htmx:after:swap', () => {
  const panel = document.getElementById('panel');
  if (!panel) return;
  const content = panel.querySelector('[data-panel-of]');
  const id = content ? content.dataset.panelOf : null;
  panel.classList.toggle('is-open', !!id);
  panel.classList.remove('is-arriving');
  void panel.offsetWidth;
  panel.classList.add('is-arriving');
  panel.scrollTop = 0;
  for (const e of document.querySelectorAll('.is-selected')) e.classList.remove('is-selected');
  if (id) {
    const row = document.getElementById('p-' + id);
    if (row) row.classList.add('is-selected');
    const heading = panel.querySelector('h2');
    if (heading) { heading.tabIndex = -1; heading.focus({ preventScroll: true }); }
  } else if (lastMark && document.contains(lastMark)) {
    lastMark.focus({ preventScroll: true });
  }
});

// The mark that opened the panel gets the focus back.
let lastMark = null;
document.addEventListener('click', e => {
  const link = e.target.closest && e.target.closest('.mark-link');
  if (link) lastMark = link;
});

document.addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const typing = e.target.matches && e.target.matches('input:not([type=checkbox],[type=radio]), textarea, select');
  if (e.key === 'Escape' && !typing) {
    const close = document.querySelector('.panel.is-open .panel-close');
    if (close) { e.preventDefault(); close.click(); }
    return;
  }
  if (typing) return;
  // j and k: the next and the previous row of a list, or provision with a mark that doesn't hold; Enter opens it.
  if (e.key === 'j' || e.key === 'k') {
    const rows = [...document.querySelectorAll('[data-rows] > [data-row]')];
    const list = rows.length ? rows : [...document.querySelectorAll('.row:is(.is-notmet,.is-expired,.is-noevidence,.is-waived) .mark-link')];
    if (!list.length) return;
    const at = list.findIndex(r => r === document.activeElement || r.contains(document.activeElement) || r.classList.contains('is-current'));
    const next = list[Math.min(list.length - 1, Math.max(0, at + (e.key === 'j' ? 1 : -1)))];
    e.preventDefault();
    for (const r of rows) r.classList.toggle('is-current', r === next);
    const focus = next.matches('a, button') ? next : next.querySelector('[data-focus]') || next.querySelector('a, button, input');
    if (focus) focus.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'center' });
  }
  // Enter on the box of a row opens the row: it would send the form for the chosen ones otherwise.
  if (e.key === 'Enter' && e.target.matches('[data-row] input[type=checkbox]')) {
    const link = e.target.closest('[data-row]').querySelector('a');
    if (link) { e.preventDefault(); link.click(); }
  }
  // On a row of ties: y confirms it.
  if (e.key === 'y') {
    const row = document.activeElement && document.activeElement.closest('[data-row]');
    const confirm = row && row.querySelector('[data-key=y]');
    if (confirm) { e.preventDefault(); confirm.click(); }
  }
});

// The day slider sends its form when let go; the words beside it follow while it moves.
for (const slider of document.querySelectorAll('.day input[type=range]')) {
  const day = new Date(slider.dataset.last + 'T00:00:00Z');
  const text = document.getElementById(slider.dataset.text);
  const at = () => new Date(day.getTime() - (slider.max - slider.value) * 86400000).toISOString().slice(0, 10);
  slider.addEventListener('input', () => { text.value = at(); });
  slider.addEventListener('change', () => { text.value = at(); slider.form.requestSubmit(); });
}

// A file may be dropped anywhere on its box.
for (const box of document.querySelectorAll('.drop')) {
  const input = box.querySelector('input[type=file]');
  const over = on => e => { e.preventDefault(); box.classList.toggle('is-over', on); };
  box.addEventListener('dragover', over(true));
  box.addEventListener('dragleave', over(false));
  box.addEventListener('drop', e => {
    over(false)(e);
    if (!e.dataTransfer.files.length) return;
    input.files = e.dataTransfer.files;
    if (box.dataset.send !== undefined) input.form.requestSubmit();
  });
}

// Choosing rows for a bulk action: the bar appears when something is chosen.
const bulk = document.querySelector('[data-bulk]');
if (bulk) {
  const boxes = () => [...document.querySelectorAll('[data-row] input[type=checkbox]')];
  const show = () => {
    const n = boxes().filter(b => b.checked).length;
    bulk.hidden = n === 0;
    const count = bulk.querySelector('[data-bulk-count]');
    if (count) count.textContent = n;
  };
  document.addEventListener('change', e => {
    if (e.target.matches('[data-all]')) for (const b of boxes()) b.checked = e.target.checked;
    show();
  });
  show();
}

// A confirmation in one sitting: up and down go from row to row, left and right choose, space says "right" and goes on to the next that is open, End goes to what saves it.
const confirming = document.querySelector('[data-confirm]');
if (confirming) {
  const rows = [...confirming.querySelectorAll('[data-row]')];
  const count = confirming.querySelector('[data-confirm-count]');
  const tally = () => { count.textContent = confirming.querySelectorAll('[data-row] input:checked').length; };
  const save = () => confirming.querySelector('button').focus();
  const stand = row => {
    if (!row) return save();
    (row.querySelector('input:checked') || row.querySelector('input')).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };
  const isOpen = row => !row.querySelector('input:checked');
  confirming.addEventListener('change', tally);
  confirming.addEventListener('focusin', e => {
    for (const r of rows) r.classList.toggle('is-current', r.contains(e.target));
  });
  confirming.addEventListener('keydown', e => {
    const row = e.target.closest('[data-row]');
    if (!row || !e.target.matches('input[type=radio]') || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      stand(rows[rows.indexOf(row) + (e.key === 'ArrowDown' ? 1 : -1)]);
    } else if (e.key === 'End') {
      e.preventDefault();
      save();
    } else if (e.key === ' ') {
      e.preventDefault();
      if (!row.querySelector('input:checked')) row.querySelector('input').checked = true;
      tally();
      // On to what is still to be said, past what was marked together; from the last one back to what was left above.
      const open = rows.filter(isOpen);
      stand(open.find(r => rows.indexOf(r) > rows.indexOf(row)) || open[0]);
    }
  });
  // What was to be corrected comes before what is left to be said.
  const correct = document.querySelector('.to-edit a');
  const first = rows.find(isOpen);
  if (location.hash) { /* the address says where to stand */ } else if (correct) correct.focus();
  else if (first && first.querySelector('input')) stand(first);
}

// The last empty line for one more entry brings another as soon as it is filled in.
document.addEventListener('input', e => {
  const line = e.target;
  if (!line.matches || !line.matches('[data-another]') || !line.value) return;
  const more = line.cloneNode();
  more.value = '';
  more.removeAttribute('id');
  delete line.dataset.another;
  line.after(more);
  if (window.htmx) window.htmx.process(more);
});

for (const b of document.querySelectorAll('[data-print]')) b.addEventListener('click', () => window.print());
