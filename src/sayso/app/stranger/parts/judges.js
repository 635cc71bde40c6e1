// What each kind of file proves and what it does not. The steps are those of `sayso.proofs`, in the same order.

const MAGIC = "c2sp.org/tlog-proof@v1";
const PROOF = "sayso/proof/v1";
const MANIFEST = "sayso/release/v1";
const say = (id, ...args) => ({ id, args });

async function verify(raw, vkey, beside = null, cosigners = "") {
  let [key, keys] = [null, []];
  try {
    [key, keys] = [await parseKey(vkey), await parseWitnesses(cosigners)];
  } catch (error) {
    return { ok: false, missing: true, lines: [say("not_checked_key", error), say("no_right_key")] };
  }
  try {
    if (equal(raw.slice(0, MAGIC.length + 1), utf8(`${MAGIC}\n`))) return checked(await judgeTlogProof(raw, key, keys));
    const origin = utf8(`${key.name}\n`);
    if (equal(raw.slice(0, origin.length), origin)) {
      return checked(await judgeCheckpoint(raw, key, keys));
    }
    if (equal(raw.slice(0, PAGE_START.length), utf8(PAGE_START))) return { ok: true, lines: await judgePage(raw, key) };
    const told = strictJson(raw, word("file"));
    const kind = isObject(told) ? get(told, "format") : null;
    if (typeof kind === "string" && Object.hasOwn(JUDGES, kind)) {
      return { ok: true, kind, lines: await JUDGES[kind](told, key, raw, beside) };
    }
    const unknown = [say("fails", new Unfit("unknown_format")), say("unknown_hint")];
    return { ok: false, unknown: typeof kind === "string", lines: unknown };
  } catch (error) {
    if (!(error instanceof Unfit)) return { ok: false, lines: [say("fails_damaged")] };
    // A page without any receipt in it, such as this one, is none that was spoilt.
    const other = error.id === "page_open" && !new TextDecoder().decode(raw).includes(PAGE_OPEN);
    const foreign = other || (error.id === "misread" && FOREIGN.has(error.args[1].id));
    const missing = error.id === "no_proof_beside";
    return { ok: false, unknown: foreign, missing, lines: [say("fails", error), say("mend"), ...whose(raw, key)] };
  }
}

// A signature that this browser cannot check leaves the rest standing, and is named on top.
const checked = (lines) => ({ ok: true, part: lines.some((line) => line.id === "not_checked"), lines });

const JUDGES = {
  [PROOF]: judgeLine,
  [MANIFEST]: judgeManifest,
  "sayso/receipt/v1": judgeReceipt,
  "sayso/record/v2": judgeForm,
  "sayso/kantara/v2": judgeForm,
  "sayso/record/v1": judgeForm,
  "sayso/kantara/v1": judgeForm,
  "sayso/membership/v1": judgeMembership,
  "sayso/memberships/v1": judgeMemberships,
  "sayso/belief/v1": judgeBelief,
  "sayso/promise/v1": judgePromise,
  "sayso/account-membership/v1": judgeAccountMembership,
  "sayso/deletion/v1": judgeCertificate,
  "sayso/hold-report/v1": judgeHoldReport,
};

async function judgeLine(told, key) {
  const found = await proven(members(told, ["format", "evidence"], word("proof")).evidence, key);
  const head = found.checkpoint;
  return [say("line", found.seq, head.origin, found.recorded, get(found.line, "type"), head.size), say("not_happened")];
}

async function judgeReceipt(told, key) {
  await checkSigned(told, key);
  const found = await proven(get(told, "evidence"), key);
  const line = found.line;
  if (get(line, "type") !== "choice") throw new Unfit("no_choice");
  const unfair = await unfairBy(get(told, "invalidated"), line, key);
  for (const [name, plain, logged] of receiptPairs(told, found, unfair)) {
    if (!same(plain, logged) || logged === null) throw new Unfit("receipt_differs", name);
  }
  const reach = get(line, "say") === "refuse" ? "reach_every" : get(line, "covers") === "stored" ? "reach_stored" : "reach_then";
  const notice = get(line, "notice");
  return [
    say("answered", get(line, "account"), get(line, "say"), get(line, "purpose"), word(reach), found.recorded, found.seq),
    ...(unfair === null ? [] : [fate(line, unfair)]),
    say("counted", found.checkpoint.origin, found.checkpoint.size),
    notice === null ? say("no_notice") : say("notice", notice),
    say("not_who"),
    say("not_later"),
    say("not_split_receipt"),
  ];
}

// The logged line that says the notice of an answer was found unfair; null where there is none at all.
async function unfairBy(raw, line, key) {
  if (raw === null) return null;
  const found = await proven(raw, key);
  const notice = get(line, "notice");
  if (get(found.line, "type") !== "notice_invalidated" || notice === null || !same(get(found.line, "notice"), notice)) {
    throw new Unfit("other_notice");
  }
  return found;
}

const fate = (line, unfair) =>
  say(get(line, "say") === "refuse" ? "unfair_no" : "unfair_yes", unfair.recorded, unfair.seq, get(unfair.line, "why") || word("no_reason"));

function receiptPairs(told, found, unfair) {
  const line = found.line;
  const part = (name) => {
    if (!isObject(get(told, name))) throw new Unfit("receipt_part", name);
    return told[name];
  };
  const or = (value) => (!value || (value instanceof Point && !value.value) || (Array.isArray(value) && !value.length) ? "" : value);
  const [choice, event] = [part("choice"), part("event")];
  const notice = isObject(get(told, "notice")) ? get(told.notice, "digest") : null;
  const states = { allow: "given", refuse: get(line, "via") === "withdrawal" ? "withdrawn" : "refused" };
  const fell = get(line, "say") === "allow" && unfair !== null;
  const state = fell ? "invalidated" : Object.hasOwn(states, String(get(line, "say"))) ? states[get(line, "say")] : "unknown";
  const spelt = (value) => (or(value) === "" || (isObject(value) && !Object.keys(value).length) ? "" : canonical(value));
  return [
    ["record", get(part("record"), "id"), `${found.checkpoint.origin}/${found.seq}`],
    ["principal", get(told, "pii_principal_id"), get(line, "account")],
    ["purpose", get(choice, "purpose"), get(line, "purpose")],
    ["answer", get(choice, "say"), get(line, "say")],
    ["covers", get(choice, "covers"), get(line, "covers")],
    ["via", get(choice, "via"), get(line, "via")],
    ["pressed", or(get(choice, "pressed")), or(get(line, "pressed"))],
    ["language", or(get(choice, "language")), or(get(line, "locale"))],
    ["circumstances", spelt(get(choice, "circumstances")), spelt(get(line, "under"))],
    ["state", get(event, "state"), state],
    ["time", get(event, "time"), get(line, "at")],
    ["recorded", get(event, "recorded"), found.recorded],
    ["line", get(event, "seq"), found.seq],
    ["notice", or(notice), or(get(line, "notice"))],
  ];
}

// The line that a `.tlog-proof` is about, and the checkpoint it carries.
async function tlogLine(raw, key) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Unfit("tlog_utf8");
  }
  const at = text.indexOf("\n\n");
  const lines = (at < 0 ? text : text.slice(0, at)).split("\n");
  if (at < 0 || lines.length < 3 || lines[0] !== MAGIC || !lines[1].startsWith("extra ") || !lines[2].startsWith("index ")) {
    throw new Unfit("tlog_lines");
  }
  const extra = oneBase64(lines[1].slice(6));
  const index = lines[2].slice(6);
  if (!/^(0|[1-9][0-9]{0,18})$/.test(index)) throw new Unfit("tlog_index");
  const opening = strictJson(extra ?? new Uint8Array(), word("extra"));
  if (!equal(utf8(canonical(opening)), extra)) throw new Unfit("tlog_extra");
  const steps = lines.slice(3).map(oneBase64);
  if (steps.some((step) => step === null || step.length !== 32) || steps.length > 64) throw new Unfit("tlog_hash");
  members(opening, ["text", "salt"], word("opening"));
  const found = await proven({ opening, inclusion: steps.map(hex), checkpoint: text.slice(at + 2) }, key);
  if (BigInt(found.seq) !== BigInt(index) + 1n) throw new Unfit("tlog_number", index, found.seq);
  return { ...found, note: text.slice(at + 2) };
}

async function judgeTlogProof(raw, key, keys) {
  const found = await tlogLine(raw, key);
  const line = found.line;
  const said = get(line, "type") === "choice"
    ? say("tlog_answered", get(line, "account"), get(line, "say"), get(line, "purpose"), found.recorded, found.seq)
    : say("tlog_kind", get(line, "type"), found.recorded, found.seq);
  return [said, say("counted", found.checkpoint.origin, found.checkpoint.size), ...(await splitLines(found.note, keys)), say("not_who_happened")];
}

async function released(told, key) {
  const found = await proven(told.evidence, key);
  if (get(found.line, "type") !== "released" || !same(get(found.line, "release"), told.release)) throw new Unfit("other_release");
  return found;
}

const HEAD = ["format", "release", "blinding_secret", "evidence"];
const SHOWN = ["conversation", "bits", "bucket", "path"];
const limits = (found) => [
  say("declared", found.seq, found.checkpoint.origin, found.recorded), say("not_secret"), say("not_undeclared"),
];

// A line for each name that is not plain ASCII: the same letters to the eye may be another name.
function mistakable(names) {
  return names.flatMap((name) => {
    const odd = [...new Set(Array.from(name).filter((sign) => sign < " " || sign > "~"))]
      .map((sign) => `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`);
    if (!odd.length) return [];
    return [say(odd.length > 5 ? "look_alike_more" : "look_alike", name, odd.slice(0, 5).join(", "))];
  });
}

async function judgeMembership(told, key) {
  members(told, [...HEAD, ...SHOWN], word("proof"));
  const found = await released(told, key);
  const there = await present(told, told, found);
  return [say(there ? "among" : "not_among", told.conversation, told.release), ...limits(found), ...mistakable([told.conversation, told.release])];
}

async function judgeMemberships(told, key) {
  members(told, [...HEAD, "conversations"], word("proof"));
  const listed = told.conversations;
  if (!Array.isArray(listed) || !listed.length) throw new Unfit("no_conversations");
  const found = await released(told, key);
  const names = listed.map((one) => members(one, SHOWN, word("one_proof")).conversation);
  if (!names.every((one, at) => typeof one === "string" && (at === 0 || before(names[at - 1], one)))) throw new Unfit("unsorted_list");
  const here = [];
  for (const one of listed) if (await present(told, one, found)) here.push(one.conversation);
  const said = here.length
    ? say("some_among", names.length, here.length, told.release, new Names(here))
    : say("none_among", names.length, told.release);
  return [said, ...limits(found), say("not_all"), ...mistakable([...names, told.release])];
}

async function judgeAccountMembership(told, key) {
  members(told, [...HEAD, "bits", "bucket", "path"], word("proof"));
  const found = await released(told, key);
  const release = told.release;
  if (typeof release !== "string") throw new Unfit("unnamed");
  const secret = unhex(told.blinding_secret, word("secret"));
  if (!release.isWellFormed()) throw new Unfit("half_character");
  const mine = await sha256(joined(utf8("sayso/account/v1"), secret, await sha256(utf8(release))));
  if (get(found.line, "accounts") === null) throw new Unfit("no_accounts");
  const there = await inBucket(told, mine, get(found.line, "accounts"), "accounts_root");
  return [say(there ? "account_among" : "account_not_among", release), ...limits(found), say("not_accounts"), ...mistakable([release])];
}

// Whether *one* stands before *two* by code points, as Python sorts; JavaScript's own order is by UTF-16 units.
function before(one, two) {
  const [ours, theirs] = [Array.from(one), Array.from(two)];
  for (let at = 0; at < Math.min(ours.length, theirs.length); at += 1) {
    if (ours[at] !== theirs[at]) return ours[at].codePointAt(0) < theirs[at].codePointAt(0);
  }
  return ours.length < theirs.length;
}

async function present(told, one, found) {
  const [release, conversation] = [told.release, one.conversation];
  if (typeof release !== "string" || typeof conversation !== "string") throw new Unfit("unnamed");
  const secret = unhex(told.blinding_secret, word("secret"));
  if (!release.isWellFormed() || !conversation.isWellFormed()) throw new Unfit("half_character");
  // The id is worked out here, from the person's own secret: nobody can hand out a wrong one.
  const mine = await sha256(joined(utf8("sayso/blind/v1"), secret, await sha256(utf8(release)), utf8(conversation)));
  return inBucket(one, mine, get(found.line, "root"), "root");
}

// The one bucket where *mine* would be leads to *top*; whether it stands in there.
async function inBucket(one, mine, top, named) {
  const bits = one.bits;
  if (!isInteger(bits) || !Array.isArray(one.bucket) || !Array.isArray(one.path)) throw new Unfit("membership_form");
  const bucket = one.bucket.map((each) => unhex(each, word("bucket_id"), 16));
  const path = one.path.map((step) => unhex(step, word("path_hash")));
  const root = unhex(top, word(named));
  const ordered = one.bucket.every((each, at) => at === 0 || one.bucket[at - 1] < each);
  if (bits < 0 || bits > 40 || !ordered || path.length !== Number(bits)) throw new Unfit("membership_order");
  const number = BigInt(`0x${hex(mine.slice(0, 8))}`) >> BigInt(64 - bits);
  if (!(await checkInclusion(number, 1n << BigInt(bits), await leafHash(joined(...bucket)), path, root))) throw new Unfit("membership_root");
  return one.bucket.includes(hex(mine.slice(0, 16)));
}
