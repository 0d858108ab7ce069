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

// On a telephone the places move sideways: the one where we are is in sight.
const here = document.querySelector('.places [aria-current]');
if (here) { const row = here.closest('nav'); if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2; }

for (const b of document.querySelectorAll('[data-print]')) b.addEventListener('click', () => window.print());

// What a form lacks is said under its field, in the page's own words and all at once; the browser's bubble says one thing at a time, in the language of the browser.
const inWords = field => {
  const ja = document.documentElement.lang !== 'en';
  const v = field.validity;
  if (v.valueMissing) {
    if (field.type === 'file') return ja ? 'ファイルを選んでください。' : 'Choose the file.';
    return field.matches('select, [type=radio], [type=checkbox]') ? (ja ? '選んでください。' : 'Choose one.') : (ja ? '入力してください。' : 'Fill this in.');
  }
  if (v.badInput) return ja ? '数字で入力してください。' : 'Write a number.';
  if (v.rangeUnderflow) return ja ? `${field.min} 以上の数にしてください。` : `Write ${field.min} or more.`;
  if (v.rangeOverflow) return ja ? `${field.max} 以下の数にしてください。` : `Write ${field.max} or less.`;
  if (v.stepMismatch) return ja ? '小数のない数で入力してください。' : 'Write a whole number.';
  if (v.tooShort) return ja ? `${field.minLength} 文字以上で入力してください（いま ${field.value.length} 文字）。` : `Write at least ${field.minLength} characters (now ${field.value.length}).`;
  if (v.typeMismatch && field.type === 'email') return ja ? 'メールアドレスの形で入力してください。例：kaikei@town.example.lg.jp' : 'Write a mail address, like kaikei@town.example.lg.jp.';
  if (v.typeMismatch && field.type === 'url') return ja ? 'https:// から始まるアドレスを入力してください。' : 'Write an address that begins with https://.';
  return field.validationMessage;
};
let firstWrong = null;
document.addEventListener('invalid', e => {
  const field = e.target;
  const box = field.closest('.field');
  // Where the page has no place for words, the browser says them.
  if (!box) return;
  e.preventDefault();
  const id = (box.id || field.id || 'f-' + field.name) + '-error';
  let said = document.getElementById(id) || box.querySelector('.field-error');
  if (!said) {
    said = document.createElement('p');
    said.className = 'field-error';
    said.id = id;
    box.append(said);
  }
  const sign = document.createElement('span');
  sign.setAttribute('aria-hidden', 'true');
  sign.textContent = '▲ ';
  said.replaceChildren(sign, inWords(field));
  box.classList.add('has-error');
  field.setAttribute('aria-invalid', 'true');
  const described = (field.getAttribute('aria-describedby') || '').split(' ').filter(Boolean);
  if (said.id && !described.includes(said.id)) field.setAttribute('aria-describedby', [...described, said.id].join(' '));
  if (firstWrong) return;
  firstWrong = field;
  // After all of them are told.
  setTimeout(() => { firstWrong.focus(); firstWrong = null; });
}, true);
// It goes as soon as it is right.
document.addEventListener('input', e => {
  const field = e.target;
  if (!field.matches || field.getAttribute('aria-invalid') !== 'true' || !field.validity.valid) return;
  const box = field.closest('.field.has-error');
  if (!box) return;
  box.classList.remove('has-error');
  for (const said of box.querySelectorAll('.field-error')) said.replaceChildren();
  for (const its of box.querySelectorAll('[aria-invalid]')) its.removeAttribute('aria-invalid');
});
