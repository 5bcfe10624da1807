/* The list of an exam day: what is marked waits in the open page while there is no network. Without this file each button is a form. */
(async () => {
  "use strict";
  const list = document.querySelector("[data-examday]");
  if (!list) return;
  const words = list.dataset;
  const STORE = `examday-${words.examday}`; // of this tab alone: gone with it, and when the sitting is closed
  const PAUSE = 10000; // milliseconds between looks at what others marked
  const LONGEST = 15000; // between two tries
  const find = (id) => document.getElementById(id);

  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  // What waits is sealed: its key comes with the page, and who may not open that cannot read it.
  const key = () => crypto.subtle.importKey("raw", Uint8Array.from(atob(words.key), (sign) => sign.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);
  const remembered = async () => {
    try {
      const kept = Uint8Array.from(JSON.parse(sessionStorage.getItem(STORE)));
      const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.slice(0, 12) }, await key(), kept.slice(12));
      return JSON.parse(new TextDecoder().decode(opened));
    } catch { return {}; }
  };
  const before = await remembered();
  const device = before.device || uuid();
  let queue = before.queue || [];
  let token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let known = null; // what the server said last
  let failures = 0;
  let busy = false;
  let signedOut = false;
  let waited = false; // what was marked has waited for the network
  let timer = 0;

  let writing = Promise.resolve(); // one after the other: the last is what waits now
  let forgotten = false;
  const write = async () => {
    try {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(), new TextEncoder().encode(JSON.stringify({ device, queue })));
      if (!forgotten) sessionStorage.setItem(STORE, JSON.stringify([...iv, ...new Uint8Array(sealed)]));
    } catch { /* the page itself holds them */ }
  };
  const remember = () => { writing = writing.then(write); };
  const forget = () => {
    queue = [];
    forgotten = true;
    try { sessionStorage.removeItem(STORE); } catch { /* nothing was kept */ }
  };

  // The rows: what the server said, and over it what still waits here.
  const show = () => {
    for (const row of list.querySelectorAll("[data-seat]")) {
      const pk = row.dataset.seat;
      const seat = { ...(known?.seats[pk] || read(row)) };
      if (known && !known.seats[pk]) row.hidden = true;
      const mine = queue.filter((mark) => String(mark.seat) === pk && mark.kind !== "incident");
      for (const mark of mine) {
        if (mark.kind === "identity") seat.identified = true;
        else {
          seat.attendance = mark.kind;
          seat.words = mark.kind === "expected" ? "" : mark.label;
          if (mark.kind === "expected") seat.identified = false;
        }
      }
      row.querySelector("[data-words]").textContent = (seat.words || words.open) + (mine.length ? ` (${words.waits})` : "");
      row.querySelector("[data-identified]").hidden = !seat.identified;
      for (const button of row.querySelectorAll("[aria-pressed]")) {
        button.setAttribute("aria-pressed", String(button.value === "identity" ? seat.identified : button.value === seat.attendance));
      }
    }
    if (known) {
      find("count").textContent = known.count;
      find("marks").replaceChildren(...known.marks.map(line));
    }
    const waiting = queue.length === 1 ? words.one : words.many.replace("#", queue.length);
    waited ||= Boolean(queue.length && failures);
    const said = signedOut ? words.out : queue.length && failures ? waiting : !queue.length && waited ? words.sent : "";
    if (find("sending").textContent !== said) find("sending").textContent = said;
  };
  const read = (row) => ({
    attendance: row.querySelector("[aria-pressed=true]:not([value=identity])")?.value || "expected",
    identified: !row.querySelector("[data-identified]").hidden,
    words: row.first ??= row.querySelector("[data-words]").textContent,
  });
  const line = (mark) => {
    const item = document.createElement("li");
    const at = document.createElement("strong");
    const who = document.createElement("span");
    at.textContent = mark.at;
    who.textContent = `${words.by} ${mark.who}`;
    who.className = "quiet";
    item.append(at, ` ${mark.what}${mark.text ? `: ${mark.text}` : ""} `, who);
    if (mark.is_overruled) {
      const tag = document.createElement("span");
      tag.textContent = words.overruled;
      tag.className = "tag";
      item.append(" ", tag);
    }
    return item;
  };

  const learn = (answer) => {
    known = answer;
    token = answer.token;
    failures = 0;
    signedOut = false;
    if (answer.closed && !queue.length) {
      forget();
      const leave = find("leave"); // the device in the room is signed out
      if (!leave) return location.reload();
      leave.elements.csrfmiddlewaretoken.value = token;
      leave.submit();
    }
  };
  const ask = async (address, options = {}) => {
    const answer = await fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(LONGEST), ...options });
    signedOut = answer.type === "opaqueredirect";
    if (signedOut) throw new Error("signed out");
    return answer;
  };
  const refuse = (lines) => {
    const note = find("refused");
    for (const text of lines) {
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      note.append(paragraph);
    }
    note.hidden = !note.children.length;
  };

  const send = async () => {
    const batch = queue.slice(0, 100);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    body.set("device", device);
    body.set("now", new Date().toISOString());
    body.set("marks", JSON.stringify(batch.map(({ label, ...mark }) => mark)));
    let answer = await ask(words.marks, { method: "POST", body });
    if (answer.status === 403) { // signed in again meanwhile: another token
      token = (await (await ask(words.state)).json()).token;
      body.set("csrfmiddlewaretoken", token);
      answer = await ask(words.marks, { method: "POST", body });
    }
    if (answer.status === 409) {
      find("refused").replaceChildren();
      refuse([(await answer.json()).why]);
    }
    if (!answer.ok) throw new Error(answer.status);
    const said = await answer.json();
    const done = new Set([...said.kept, ...Object.keys(said.refused)]);
    const why = { ...said.overruled, ...said.refused };
    refuse(batch.filter((mark) => why[mark.key]).map((mark) => `${mark.label}: ${why[mark.key]}`));
    queue = queue.filter((mark) => !done.has(mark.key));
    remember();
    learn(said);
  };

  // One thing after the other: send what waits, or look what others marked.
  const work = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    try {
      if (queue.length) await send();
      else if (!document.hidden) learn(await (await ask(words.state)).json());
    } catch {
      failures += 1;
    }
    busy = false;
    if (signedOut && !queue.length) { // nothing waits here: no names stay on the screen
      forget();
      location.reload();
      return;
    }
    show();
    timer = setTimeout(work, queue.length ? (failures ? Math.min(1000 * 2 ** failures, LONGEST) : 0) : PAUSE);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-mark]");
    if (!form) return;
    event.preventDefault();
    const data = new FormData(form, event.submitter);
    const mark = { key: uuid(), kind: data.get("kind"), seat: Number(data.get("seat")) || null, at: new Date().toISOString(), label: event.submitter.textContent.trim() };
    if (mark.kind === "late" && data.get("minutes")) mark.minutes = Number(data.get("minutes"));
    if (mark.kind === "incident") {
      mark.text = data.get("text").trim();
      if (!mark.text) return form.elements.text.focus();
      form.reset();
    }
    queue.push(mark);
    remember();
    show();
    work();
  });
  addEventListener("online", work);
  document.addEventListener("visibilitychange", () => document.hidden || work());
  addEventListener("beforeunload", (event) => {
    if (queue.length) event.preventDefault();
  });
  if (queue.length) work();
  else timer = setTimeout(work, PAUSE);
  show();
})();
