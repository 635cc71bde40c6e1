// What files say together: a later line that overtakes an answer, a belief beside a receipt, two checkpoints of one log.

const UNFAIR = "notice_invalidated";

// The logged line that a receipt in any form, or a proof, is about; null where a file is about none.
async function lineIn(raw, key) {
  if (equal(raw.slice(0, MAGIC.length + 1), utf8(`${MAGIC}\n`))) return tlogLine(raw, key);
  let told = equal(raw.slice(0, PAGE_START.length), utf8(PAGE_START)) ? await receiptInPage(raw, key) : strictJson(raw, word("file"));
  if (isObject(told) && Object.hasOwn(FORMS, String(told.format))) told = get(told, "receipt");
  return isObject(told) && isObject(get(told, "evidence")) ? proven(told.evidence, key) : null;
}

const sameAnswer = (one, other) => ["account", "purpose"].every((name) => same(get(one, name), get(other, name)));

// Whether the answer in *of* no longer stands by later lines, and a line for each that says so; those that say nothing of it are left out.
function overtaken(of, newer) {
  const lines = [];
  let stands = true;
  for (const one of newer) {
    if (one.checkpoint.origin !== of.checkpoint.origin || get(of.line, "type") !== "choice") continue;
    const notice = get(of.line, "notice");
    if (get(one.line, "type") === UNFAIR && notice !== null && same(get(one.line, "notice"), notice)) {
      lines.push(fate(of.line, one));
      stands = stands && get(of.line, "say") === "refuse";
    } else if (get(one.line, "type") === "choice" && one.seq > of.seq && sameAnswer(one.line, of.line)) {
      lines.push(say("later_answer", get(one.line, "say"), one.recorded, one.seq));
      stands = false;
    }
  }
  return { stands, lines };
}

// A belief beside a receipt: the steps are those of `sayso.proofs.compare`.
async function judgeBeliefBeside(told, receipt, key) {
  const checked = await checkBelief(told, key);
  await judgeReceipt(receipt, key);
  const secret = get(receipt, "blinding_secret");
  if (secret !== null && !same(secret, told.blinding_secret)) throw new Unfit("compare_secret");
  const kept = await proven(get(receipt, "evidence"), key);
  if (kept.checkpoint.origin !== checked.found.checkpoint.origin) throw new Unfit("compare_log");
  const [answer, purpose] = [kept.line, String(get(kept.line, "purpose"))];
  if (checked.account !== null && !same(checked.account, get(answer, "account"))) throw new Unfit("compare_account");
  const ours = [kept.seq, get(answer, "say"), purpose];
  const one = Object.hasOwn(checked.says, purpose) ? checked.says[purpose] : null;
  const stored = (believed) => (get(answer, "say") === "refuse" ? false : get(answer, "covers") === "stored" ? true : believed);
  if (kept.seq > checked.pin) return { ok: true, apart: true, lines: [say("compare_newer", ...ours, checked.pin), ...checked.lines] };
  if (one === null) return { ok: false, lines: [say("compare_none", ...ours), ...checked.lines] };
  if (one.line > kept.seq) return { ok: true, apart: true, lines: [say("compare_later", ...ours, one.say, one.line), ...checked.lines] };
  if (one.line < kept.seq || !same(one.say, get(answer, "say")) || one.stored !== stored(one.stored)) {
    return { ok: false, lines: [say("compare_differs", ...ours, one.say, one.line), ...checked.lines] };
  }
  return { ok: true, lines: [say("compare_agrees", ...ours), ...checked.lines] };
}

// A proof about a person beside a receipt: under somebody else's secret everybody is absent.
const ABOUT = ["sayso/membership/v1", "sayso/memberships/v1", "sayso/account-membership/v1"];

// Where one of *receipts* carries the proof's secret, the proof's verdict says so; where others do and none this, the verdict on that.
function judgeSecretBeside(proof, receipts, told) {
  const held = receipts.filter((one) => one.found && get(told(one), "blinding_secret") !== null);
  const theirs = held.find((one) => same(told(one).blinding_secret, told(proof).blinding_secret));
  if (theirs) proof.verdict.lines = [say("secret_agrees", theirs.found.seq), ...proof.verdict.lines];
  if (theirs || !held.length) return [];
  return [{ name: `${proof.name} + ${held[0].name}`, verdict: { ok: false, lines: [say("fails", new Unfit("compare_about")), say("mend")] } }];
}

// Two checkpoints of one log: of one size they have one root, or the log shows two pasts. Of two sizes, its files decide.
function judgeHeads(one, other, log) {
  if (one.checkpoint.size === other.checkpoint.size) {
    if (!equal(one.checkpoint.root, other.checkpoint.root)) return { ok: false, lines: [say("fails", new Unfit("fork", one.checkpoint.size))] };
    return { ok: true, lines: [say("same_head", one.checkpoint.size), say("not_later_head")] };
  }
  const [low, high] = one.checkpoint.size < other.checkpoint.size ? [one, other] : [other, one];
  if (log !== null) return null;
  return { ok: false, apart: true, lines: [say("heads_apart", low.checkpoint.size, high.checkpoint.size)] };
}

const attempt = async (work) => {
  try {
    return await work();
  } catch (error) {
    return { ok: false, lines: error instanceof Unfit ? [say("fails", error), say("mend")] : [say("fails_damaged")] };
  }
};

// Return the verdicts on *given* ({name, raw, verdict}) that only several files give together, with the names they are about.
async function together(given, vkey, keys, log) {
  const key = await parseKey(vkey);
  const whole = given.filter((one) => one.verdict.ok);
  const told = (one) => { try { return strictJson(one.raw, word("file")); } catch { return null; } };
  for (const one of whole) one.found = await headIn(one, key).catch(() => null);
  const made = [];
  // (1) An answer that a later line in another file overtakes does not stand any more.
  for (const one of whole.filter((each) => each.found?.line)) {
    const { stands, lines } = overtaken(one.found, whole.filter((each) => each !== one && each.found?.line).map((each) => each.found));
    if (lines.length) Object.assign(one.verdict, stands ? { lines: [...lines, ...one.verdict.lines] } : { ok: false, overtaken: true, lines: [say("no_more"), ...lines, ...one.verdict.lines] });
  }
  // (2) What is believed beside what was answered.
  for (const belief of whole.filter((one) => one.verdict.kind === "sayso/belief/v1")) {
    for (const receipt of whole.filter((one) => one.verdict.kind === "sayso/receipt/v1")) {
      const verdict = await attempt(() => judgeBeliefBeside(told(belief), told(receipt), key));
      made.push({ name: `${belief.name} + ${receipt.name}`, verdict });
    }
  }
  const receipts = whole.filter((one) => one.verdict.kind === "sayso/receipt/v1");
  for (const proof of whole.filter((one) => ABOUT.includes(one.verdict.kind))) made.push(...judgeSecretBeside(proof, receipts, told));
  // (3) The log, where its files are here: every signed checkpoint must be a beginning of it. Else checkpoints among themselves.
  const heads = whole.filter((one) => one.found).map((one) => ({ name: one.name, ...one.found }));
  if (log !== null) made.push({ name: log.path || "log", verdict: await attempt(() => judgeLog(log, key, keys, heads)) });
  const seen = [];
  for (const one of heads) {
    const other = seen.find((each) => each.checkpoint.origin === one.checkpoint.origin && !sameHead(each, one));
    const bare = other && (one.bare || other.bare);
    const verdict = other && (bare || one.checkpoint.size === other.checkpoint.size) ? judgeHeads(other, one, log) : null;
    if (verdict) made.push({ name: `${other.name} + ${one.name}`, verdict });
    seen.push(one);
  }
  return made;
}

const sameHead = (one, other) => one.checkpoint.size === other.checkpoint.size && equal(one.checkpoint.root, other.checkpoint.root);

// The line and the signed checkpoint a file carries; for a bare checkpoint there is no line.
async function headIn({ raw, verdict, beside }, key) {
  if (verdict.kind === MANIFEST) return manifestLine(beside, key);
  const text = new TextDecoder().decode(raw);
  if (text.startsWith(`${key.name}\n`)) return { bare: true, checkpoint: await headOf(text, key) };
  return lineIn(raw, key);
}
