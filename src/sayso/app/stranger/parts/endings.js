// Certificates of deletion and reports on holds: signed as a whole, and saying in plain fields what logged lines say.

const CERTIFICATE = [
  "format", "of", "state", "issued", "asked", "out_of_sight", "destroyed", "forgotten", "epoch", "unreadable_everywhere",
  "waits_for", "releases", "runs", "limits", "lines", "checkpoint", "signature",
];
const WAITS = ["day", "hold", "reason", "sweep", "epoch", "operator"];
const ACTS = ["hold_placed", "hold_ended", "held_read"];

async function judgeHoldReport(told, key) {
  await checkSigned(told, key);
  const acts = get(told, "acts");
  if (!Array.isArray(acts) || !acts.length) throw new Unfit("report_acts");
  for (const act of acts) {
    const found = await proven(isObject(act) ? get(act, "evidence") : null, key);
    if (!ACTS.includes(get(found.line, "type")) || !same(found.line, get(act, "line")) || !same(found.seq, get(act, "seq"))) {
      throw new Unfit("report_act");
    }
  }
  const counts = get(told, "counts");
  const held = isObject(counts) ? get(counts, "held_now") : null;
  return [
    say("report", get(told, "matter"), get(told, "at"), held), say("report_lines", acts.length), say("not_outside"), say("not_people"),
  ];
}

async function judgeCertificate(told, key) {
  // (1) The whole file is signed, and has its parts and no others.
  await checkSigned(told, key);
  members(told, CERTIFICATE, word("certificate"));
  // (2) Each line in it is a line of one log, under one signed checkpoint.
  const lines = await certificateLines(told, key);
  // (3) The plain fields say what the lines say.
  const of = members(told.of, ["kind", "id"], word("what_deleted"));
  if (!["conversation", "account"].includes(of.kind) || typeof of.id !== "string") throw new Unfit("cert_kind");
  checkAsked(told, of, lines);
  checkEpoch(told, of, lines, checkDestroyed(told, of, lines));
  checkReleases(told, lines);
  // (4) What it waits for is something a reader can understand.
  const waits = entries(told, "waits_for", ["what", "count", "until"]);
  if (waits.some((one) => !WAITS.includes(one.what))) throw new Unfit("cert_waits");
  // (5) Final is what waits for nothing, and nothing else.
  const final = waits.length === 0;
  if (told.state !== (final ? "final" : "not yet final") || (told.unreadable_everywhere === null) === final) throw new Unfit("cert_final");
  return certificateSaid(told, of, waits, lines.length);
}

async function certificateLines(told, key) {
  if (!Array.isArray(told.lines) || !told.lines.length) throw new Unfit("cert_no_lines");
  const found = [];
  for (const one of told.lines) {
    members(one, ["opening", "inclusion"], word("a_line"));
    found.push(await proven({ opening: one.opening, inclusion: one.inclusion, checkpoint: told.checkpoint }, key));
  }
  if (found.some((one, at) => at > 0 && one.seq <= found[at - 1].seq)) throw new Unfit("cert_order");
  return found;
}

const linesOf = (lines, types, fields = {}) => lines.filter(({ line }) =>
  types.includes(get(line, "type")) && Object.entries(fields).every(([name, value]) => same(get(line, name), value)));

function agree(what, plain, logged) {
  if (!same(plain, logged)) throw new Unfit("cert_differs", what);
}

function checkAsked(told, of, lines) {
  let asked = null;
  for (const one of linesOf(lines, ["deleted", "undone"], { [of.kind]: of.id })) asked = one.line.type === "undone" ? null : asked ?? one;
  agree("asked", told.asked, asked ? get(asked.line, "at") : null);
  agree("out_of_sight", told.out_of_sight, asked ? asked.recorded : null);
}

function checkDestroyed(told, of, lines) {
  const said = members(told.destroyed, ["count", "shown", "first", "last"], word("what_destroyed"));
  const ends = linesOf(lines, ["shredded"]);
  const names = ends.map(({ line }) => get(line, "conversation"));
  if (!names.every((name) => typeof name === "string")) throw new Unfit("cert_nameless");
  const alone = of.kind !== "conversation" || names.length === 0 || (names.length === 1 && names[0] === of.id);
  if (names.some((name, at) => names.slice(0, at).some((other) => same(name, other))) || !alone) throw new Unfit("cert_destroys");
  if (!isInteger(said.count) || !same(said.shown, ends.length) || said.count < ends.length) throw new Unfit("cert_counts");
  agree("destroyed first", said.first, ends.length ? get(ends[0].line, "at") : null);
  agree("destroyed last", said.last, ends.length ? get(ends.at(-1).line, "at") : null);
  const gone = of.kind === "account" ? linesOf(lines, ["forgotten"], { account: of.id }) : [];
  agree("forgotten", told.forgotten, gone.length ? get(gone.at(-1).line, "at") : null);
  return Math.max(0, ...[...ends, ...gone].map((one) => one.seq));
}

function checkEpoch(told, of, lines, ends) {
  const said = members(told.epoch, ["ended", "began", "over", "destroyed"], word("the_epoch"));
  const begun = linesOf(lines, ["epoch_begun"]).find((one) => ends && one.seq > ends);
  const over = begun && linesOf(lines, ["epoch_turned"], { epoch: get(begun.line, "epoch") })[0];
  agree("epoch", said.ended, begun ? get(begun.line, "previous") : null);
  agree("epoch began", said.began, begun ? get(begun.line, "at") : null);
  agree("epoch over", said.over, over ? get(over.line, "at") : null);
  agree("old key", said.destroyed, over ? get(over.line, "destroyed") : null);
  const everywhere = told.unreadable_everywhere;
  if (everywhere === null) return;
  if (!over || get(over.line, "destroyed") !== true || !same(everywhere, get(over.line, "at"))) throw new Unfit("cert_everywhere");
  if (of.kind === "account" && told.forgotten === null) throw new Unfit("cert_not_forgotten");
}

function checkReleases(told, lines) {
  for (const one of entries(told, "releases", ["release", "purpose", "rows", "withdrawn", "emptied", "revision"])) {
    const named = { release: one.release, purpose: one.purpose };
    if (!linesOf(lines, ["released"], named).length) throw new Unfit("cert_release");
    const taken = one.withdrawn instanceof Point ? one.withdrawn.value : one.withdrawn;
    if (taken && !linesOf(lines, ["recalled"], { release: one.release, revision: one.revision }).length) throw new Unfit("cert_recalled");
  }
  for (const one of entries(told, "runs", ["run", "release", "started"])) {
    if (!linesOf(lines, ["run_started"], { run: one.run, release: one.release, at: one.started }).length) throw new Unfit("cert_run");
  }
}

function entries(told, name, parts) {
  if (!Array.isArray(told[name])) throw new Unfit("cert_list", name);
  return told[name].map((one) => members(one, parts, word("an_entry", name)));
}

function certificateSaid(told, of, waits, count) {
  const [done, kind] = [told.destroyed, word(`kind_${of.kind}`)];
  const lines = [told.asked ? say("cert_asked", kind, of.id, told.asked, count) : say("cert_unasked", kind, of.id, count)];
  if (done.count) {
    lines.push(say("cert_keys", done.shown, done.last));
    if (done.count > done.shown) lines.push(say("cert_others", BigInt(done.count) - BigInt(done.shown)));
  }
  if (told.unreadable_everywhere) lines.push(say("cert_final_at", told.unreadable_everywhere));
  for (const one of waits) {
    const until = one.until ? word("until", one.until) : word("no_day");
    lines.push(say("cert_waiting", one.count, word(`wait_${one.what}`), until));
  }
  for (const one of told.releases) lines.push(say("cert_had", one.release, one.rows, one.withdrawn));
  for (const one of told.runs) lines.push(say("cert_read", one.run, one.release, one.started));
  return [...lines, say("cert_limit_copies"), say("cert_limit_model"), say("cert_limit_all"), say("cert_limit_words")];
}
