// Hands files over in pieces (tus 1.0): a broken line goes on where it stopped. The form works without this file, in one piece.
'use strict';
(() => {
  const form = document.querySelector('form[data-crossing]');
  if (!form) return;
  const input = form.querySelector('input[type=file]');
  const drop = form.querySelector('[data-drop]');
  const list = form.querySelector('[data-sending]');
  const error = form.querySelector('[data-crossing-error]');
  const button = form.querySelector('button[type=submit]');
  const say = form.dataset;
  const limit = Number(say.limit) || Infinity;
  const left = say.left ? Number(say.left) : Infinity;
  const leftFiles = say.leftFiles ? Number(say.leftFiles) : Infinity;
  const PIECE = 8 * 1024 * 1024;
  const chosen = [];

  form.querySelector('[data-drop-word]').hidden = false;
  // The list below says what was chosen; the browser's own words, in its own language, would say “no file”.
  form.querySelector('[data-drop-choose]').hidden = false;
  input.classList.add('is-behind');
  const sum = form.querySelector('[data-total]');
  const none = form.querySelector('[data-none]');
  const box = input.closest('.field');
  const tell = () => {
    if (chosen.length > 0) { none.hidden = true; box.classList.remove('has-error'); }
    sum.hidden = chosen.length < 2;
    sum.textContent = say.sayTotal.replace('{n}', chosen.length).replace('{b}', size(chosen.reduce((all, c) => all + c.file.size, 0)));
  };
  input.required = false;
  form.noValidate = true;

  const size = bytes => bytes < 1024 ? bytes + ' B' : bytes < 1048576 ? Math.round(bytes / 1024) + ' KB' : bytes < 1073741824 ? (bytes / 1048576).toFixed(1) + ' MB' : (bytes / 1073741824).toFixed(1) + ' GB';

  const show = entry => {
    const row = document.createElement('li');
    row.className = 'sending-file';
    const name = document.createElement('span');
    name.className = 'sending-name';
    name.lang = 'ja';
    name.textContent = entry.path;
    const bytes = document.createElement('span');
    bytes.className = 'number';
    bytes.textContent = size(entry.file.size);
    const bar = document.createElement('progress');
    bar.max = Math.max(1, entry.file.size);
    bar.value = 0;
    bar.hidden = true;
    bar.setAttribute('aria-label', entry.path);
    const word = document.createElement('span');
    word.className = 'sending-word';
    const off = document.createElement('button');
    off.type = 'button';
    off.className = 'link-button';
    off.textContent = say.sayRemove;
    off.setAttribute('aria-label', entry.path + ' ' + say.sayRemove);
    off.addEventListener('click', () => { chosen.splice(chosen.indexOf(entry), 1); row.remove(); tell(); input.focus(); });
    row.append(name, bytes, off, bar, word);
    list.append(row);
    Object.assign(entry, { row, bar, word, off });
    if (entry.file.size > limit) { word.textContent = say.sayLarge; row.classList.add('is-wrong'); entry.large = true; }
    tell();
  };

  const add = (file, path) => { const entry = { file, path: path || file.webkitRelativePath || file.name }; chosen.push(entry); show(entry); };

  input.addEventListener('change', () => { for (const file of input.files) add(file); input.value = ''; });

  // Folders keep their shape. What can't be read is named, never left out in silence.
  const unread = path => { const entry = { file: new File([], path), path }; chosen.push(entry); show(entry); entry.large = true; entry.row.classList.add('is-wrong'); entry.word.textContent = say.sayFailed; };
  const reading = new Set();
  const follow = work => { reading.add(work); work.finally(() => reading.delete(work)); };
  const walk = async (item, path) => {
    if (item.isFile) return new Promise(done => item.file(file => { add(file, path + file.name); done(); }, () => { unread(path + item.name); done(); }));
    const reader = item.createReader();
    for (;;) {
      const some = await new Promise(done => reader.readEntries(done, () => { unread(path + item.name + '/'); done([]); }));
      if (some.length === 0) return;
      for (const one of some) await walk(one, path + item.name + '/');
    }
  };
  for (const type of ['dragenter', 'dragover']) drop.addEventListener(type, e => { e.preventDefault(); drop.classList.add('is-over'); });
  for (const type of ['dragleave', 'drop']) drop.addEventListener(type, () => drop.classList.remove('is-over'));
  drop.addEventListener('drop', e => {
    e.preventDefault();
    for (const item of [...e.dataTransfer.items].map(i => i.webkitGetAsEntry && i.webkitGetAsEntry()).filter(Boolean)) follow(walk(item, ''));
  });

  const token = () => form.querySelector('input[name=__RequestVerificationToken]').value;
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const value = name => { const field = form.elements[name]; return field ? field.value.trim() : ''; };

  // A rule said no: asking again changes nothing. Anything else is the line's or the server's trouble, and passes.
  class Refused extends Error {}
  const passing = status => status === 423 || status === 429 || (status >= 502 && status <= 504);
  const told = (body, status) => {
    try {
      const problem = JSON.parse(body);
      const ja = document.documentElement.lang !== 'en';
      const part = (both, one) => (both && (ja ? both.ja : both.en)) || one || '';
      return (part(problem.titles, problem.title) + ' ' + part(problem.details, problem.detail)).trim() || String(status);
    } catch { return String(status); }
  };
  const api = async (method, url, headers, body) => {
    const answer = await fetch(url, { method, credentials: 'same-origin', headers: { RequestVerificationToken: token(), ...headers }, body });
    if (answer.ok) return answer;
    if (passing(answer.status)) throw new Error(String(answer.status));
    throw new Refused(told(await answer.text(), answer.status));
  };

  // Progress within a piece: fetch doesn't tell, XMLHttpRequest does.
  const send = (url, offset, piece, seen) => new Promise((done, fail) => {
    const x = new XMLHttpRequest();
    x.open('PATCH', url);
    x.setRequestHeader('RequestVerificationToken', token());
    x.setRequestHeader('Tus-Resumable', '1.0.0');
    x.setRequestHeader('Upload-Offset', String(offset));
    x.setRequestHeader('Content-Type', 'application/offset+octet-stream');
    x.upload.onprogress = e => seen(offset + e.loaded);
    x.onload = () => x.status === 204 ? done(Number(x.getResponseHeader('Upload-Offset')))
      : fail(passing(x.status) || /XNG-UPLOAD-001/.test(x.responseText) ? new Error(String(x.status)) : new Refused(told(x.responseText, x.status)));
    x.onerror = x.ontimeout = () => fail(new Error('line'));
    x.send(piece);
  });

  const tus = { 'Tus-Resumable': '1.0.0' };
  const announce = async (request, entry) => {
    const bytes = new TextEncoder().encode(entry.path);
    const name = btoa(String.fromCharCode(...bytes));
    const made = await api('POST', `/api/v1/crossings/${request}/uploads`, { ...tus, 'Upload-Length': String(entry.file.size), 'Upload-Metadata': 'filename ' + name });
    entry.url = made.headers.get('Location');
  };
  const upload = async entry => {
    const url = entry.url;
    let at = 0;
    let wait = 1000;
    entry.word.textContent = say.saySending;
    entry.bar.hidden = false;
    do {
      try {
        at = await send(url, at, entry.file.slice(at, at + PIECE), seen => { entry.bar.value = seen; });
        entry.word.textContent = say.saySending;
        wait = 1000;
      } catch (e) {
        if (e instanceof Refused) throw e;
        entry.word.textContent = say.sayBroken;
        await pause(wait);
        wait = Math.min(wait * 2, 30000);
        try { at = Number((await api('HEAD', url, tus)).headers.get('Upload-Offset')); } catch (e) { if (e instanceof Refused) throw e; }
      }
    } while (at < entry.file.size);
    entry.bar.value = entry.bar.max;
    entry.word.textContent = say.saySent;
  };

  form.addEventListener('submit', async e => {
    e.preventDefault();
    error.hidden = true;
    button.disabled = true;
    await Promise.all([...reading]);
    button.disabled = false;
    const files = [...chosen];
    if (files.some(c => c.large)) { error.textContent = say.sayTakeOff; error.hidden = false; return; }
    const total = files.reduce((sum, c) => sum + c.file.size, 0);
    if (total > left) { error.textContent = say.sayOver.replace('{}', size(total)); error.hidden = false; return; }
    if (files.length > leftFiles) { error.textContent = say.sayMany; error.hidden = false; return; }
    // Spaces are no answer. The browser tells which fields lack something; console.js says it under them.
    for (const field of form.querySelectorAll('input[required], textarea[required]')) if (field !== input && !field.value.trim()) field.value = '';
    const complete = form.reportValidity();
    if (files.length === 0) { none.hidden = false; box.classList.add('has-error'); setTimeout(() => input.focus()); return; }
    if (!complete) return;
    button.disabled = true;
    for (const c of chosen) c.off.hidden = true;
    let opened = null;
    try {
      const asset = value('asset');
      opened = await (await api('POST', '/api/v1/crossings', { 'Content-Type': 'application/json' }, JSON.stringify({
        route: say.crossing, unit: value('unit') || null, purpose: value('purpose'), recipient: value('recipient'), assets: asset ? [asset] : [], origin: value('origin'), urgency: value('urgency') || null,
      }))).json();
      // All of them are announced before the first byte goes: what may not come is said at once.
      for (const entry of files) await announce(opened.id, entry);
      for (const entry of files) await upload(entry);
      const passwords = value('passwords').split('\n').map(p => p.trim()).filter(Boolean);
      await api('POST', `/api/v1/crossings/${opened.id}/submit`, { 'Content-Type': 'application/json' }, JSON.stringify({ passwords }));
      location.assign('/crossings/' + opened.id);
    } catch (e) {
      // What was handed over so far doesn't count against the day.
      if (opened) fetch(`/api/v1/crossings/${opened.id}/withdraw`, { method: 'POST', credentials: 'same-origin', headers: { RequestVerificationToken: token() } }).catch(() => {});
      error.textContent = say.sayFailed + (e instanceof Refused && isNaN(Number(e.message)) ? '：' + e.message : '');
      error.hidden = false;
      button.disabled = false;
      for (const c of chosen) c.off.hidden = false;
    }
  });
})();
