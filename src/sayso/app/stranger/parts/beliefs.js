// What an account is believed to say: one record of a tree, made with the person's secret. The steps are those of `sayso.proofs`.

const BELIEF = ["format", "blinding_secret", "believed", "bits", "bucket", "path", "evidence"];

async function judgeBelief(told, key) {
  return (await checkBelief(told, key)).lines;
}

// A belief that holds: what is believed, how far it looked, the line that says so, and what there is to say of it.
async function checkBelief(told, key) {
  members(told, BELIEF, word("proof"));
  // (4) The log holds a `believed` line, which names the root and how far it looked.
  const found = await proven(told.evidence, key);
  const pin = get(found.line, "pin");
  if (get(found.line, "type") !== "believed" || typeof pin !== "number" || pin < 0 || pin >= found.seq) throw new Unfit("not_believed");
  // (5) Where the account would stand is worked out here, from the person's own secret.
  const secret = unhex(told.blinding_secret, word("secret"));
  const number = number8(pin);
  const mine = hex(await sha256(joined(utf8("sayso/belief/v1"), secret, number)));
  const bits = told.bits;
  if (!isInteger(bits) || !Array.isArray(told.bucket) || !Array.isArray(told.path)) throw new Unfit("membership_form");
  const records = told.bucket.map((one) => unhex(one, word("record"), 48));
  const path = told.path.map((step) => unhex(step, word("path_hash")));
  const ids = records.map((one) => hex(one.slice(0, 16)));
  const ordered = ids.every((one, at) => at === 0 || ids[at - 1] < one);
  if (bits < 0 || bits > 40 || !ordered || path.length !== Number(bits)) throw new Unfit("membership_order");
  const root = unhex(get(found.line, "root"), word("beliefs_root"));
  const bucket = BigInt(`0x${mine.slice(0, 16)}`) >> BigInt(64 - Number(bits));
  if (!(await checkInclusion(bucket, 1n << BigInt(bits), await leafHash(joined(...records)), path, root))) throw new Unfit("belief_root");
  // (6) The record there is of what the file says is believed, and of nothing else.
  const theirs = records.filter((_, at) => ids[at] === mine.slice(0, 32)).map((one) => one.slice(16));
  const believed = told.believed;
  if (believed === null) {
    if (theirs.length) throw new Unfit("belief_hidden");
    return { account: null, says: Object.create(null), pin, found, lines: [say("nothing_believed"), ...beliefLimits(found, pin)] };
  }
  const purposes = readBelief(believed);
  const value = await sha256(joined(utf8("sayso/believed/v1"), secret, number, utf8(canonical(believed))));
  if (theirs.length !== 1 || !equal(theirs[0], value)) throw new Unfit("belief_other");
  const lines = purposes.map((purpose) => {
    const one = believed.says[purpose];
    const reach = one.stored ? "reach_stored" : one.say === "allow" ? "reach_after" : "reach_every";
    return say("believed", believed.account, one.say, purpose, one.since, word(reach), one.line);
  });
  return { account: believed.account, says: believed.says, pin, found, lines: [...lines, ...beliefLimits(found, pin)] };
}

const beliefLimits = (found, pin) => [
  say("belief_line", found.seq, found.checkpoint.origin, found.recorded, pin), say("not_own_secret"), say("not_trained_by"),
];

// The purposes of what is believed, in the order in which Python sorts them.
function readBelief(believed) {
  members(believed, ["account", "says"], word("believed_part"));
  if (typeof believed.account !== "string" || !isObject(believed.says)) throw new Unfit("belief_form");
  for (const one of Object.values(believed.says)) {
    members(one, ["line", "say", "since", "stored"], word("a_belief"));
    const said = one.say === "allow" || one.say === "refuse";
    if (!said || !isInteger(one.line) || typeof one.stored !== "boolean") throw new Unfit("belief_each");
    if (typeof one.since !== "string") throw new Unfit("belief_since");
  }
  return Object.keys(believed.says).sort((one, two) => (one === two ? 0 : before(one, two) ? -1 : 1));
}
