// A promise, signed at once, that a line will stand in the published log. Whether it was kept, the log's files say; this page reads none.

async function judgePromise(told, key) {
  // (4) The whole file is signed, by the key whose log it speaks of.
  await checkSigned(told, key);
  members(told, ["format", "log", "line", "recorded", "by", "opening", "signature"], word("promise"));
  const opened = members(told.opening, ["text", "salt"], word("opening"));
  if (!same(told.log, key.name) || typeof opened.text !== "string") throw new Unfit("promise_log");
  // (5) Its plain fields say what the opening says.
  const spelled = utf8(opened.text);
  const line = members(strictJson(spelled, word("opening")), ["line", "recorded", "seq"], word("opening"));
  if (canonical(line) !== opened.text || !isObject(line.line) || !isInteger(line.seq) || line.seq < 1) throw new Unfit("opening_form");
  if (!same(told.line, line.seq) || !same(told.recorded, line.recorded) || !isInteger(told.line)) throw new Unfit("promise_differs");
  if (!isInstant(told.by)) throw new Unfit("promise_by");
  unhex(opened.salt, word("salt"));
  const what = line.line;
  const said = get(what, "type") === "choice"
    ? say("promised_answer", told.line, told.log, told.by, get(what, "account"), get(what, "say"), get(what, "purpose"))
    : say("promised_kind", told.line, told.log, told.by, get(what, "type"));
  return [said, say("not_kept")];
}

// An instant as we spell it: in UTC, to the second, or to the microsecond where there is a part of a second.
function isInstant(text) {
  const found = typeof text === "string" && /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]{6})?Z$/.exec(text);
  if (!found || found[1] === "0000" || found[7] === ".000000") return false;
  const parts = found.slice(1, 7).map(Number);
  const at = new Date(0);
  at.setUTCFullYear(parts[0], parts[1] - 1, parts[2]);
  at.setUTCHours(parts[3], parts[4], parts[5]);
  const read = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
  return read.every((one, place) => one === parts[place]);
}
