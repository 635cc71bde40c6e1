// What can be wrong with a file, and the names of its parts; the English is that of `sayso.proofs`.

const REASONS = {
  large: ["{0} is larger than 4 MB; it is no file of ours", "{0} ist größer als 4 MB; das ist keine Datei von uns"],
  misread: ["{0} {1}", "{0} {1}"],
  no_canonical: ["a value has no canonical JSON: a lone surrogate, a number it cannot hold exactly, or endless nesting", "ein Wert hat keine eindeutige JSON-Form: ein halbes Zeichen, eine zu große Zahl oder endlose Verschachtelung"],
  parts: ["{0} does not have exactly the parts {1}", "{0} hat nicht genau die Teile {1}"],
  checkpoint_utf8: ["the checkpoint is not UTF-8 text; it was altered", "der Prüfpunkt ist kein UTF-8-Text; er wurde verändert"],
  witness_form: ["this is no key of a witness (Ed25519 or ML-DSA-44): one line `name+id+key`, as `sayso log witness` prints it", "das ist kein Schlüssel eines Zeugen (Ed25519 oder ML-DSA-44): eine Zeile `name+id+key`, wie `sayso log witness` sie ausgibt"],
  witness_id: ["the witness's key named `{0}` does not fit its id `{1}`; copy it whole", "der Schlüssel des Zeugen namens `{0}` passt nicht zu seiner Kennung `{1}`; kopieren Sie ihn ganz"],
  witness_name: ["the name of a cosigner or of the log is empty or longer than 255 bytes", "der Name eines Mitunterzeichners oder des Protokolls ist leer oder länger als 255 Byte"],
  cosigned_wrong: ["the cosignature of `{0}` does not fit the checkpoint; it was altered", "die Mitunterschrift von `{0}` passt nicht zum Prüfpunkt; er wurde verändert"],
  tile_missing: ["`{0}` of the log is missing here; choose its whole folder", "`{0}` des Protokolls fehlt hier; wählen Sie seinen ganzen Ordner"],
  tile_short: ["`{0}` of the log is too short; a file was altered", "`{0}` des Protokolls ist zu kurz; eine Datei wurde verändert"],
  log_root: ["the files of {0} entries do not give the root of the checkpoint", "die Dateien von {0} Einträgen ergeben nicht die Wurzel des Prüfpunkts"],
  log_other: ["`{0}` is of the log `{1}`, these files are of another", "`{0}` gehört zum Protokoll `{1}`, diese Dateien zu einem anderen"],
  log_backwards: ["`{0}` counts {1} lines, the log shows {2}: it went backwards, or you are shown another one", "`{0}` zählt {1} Zeilen, das Protokoll zeigt {2}: es ging rückwärts, oder Ihnen wird ein anderes gezeigt"],
  log_past: ["`{0}` of {1} lines is no beginning of this log: the past was changed, or you are shown another one", "`{0}` mit {1} Zeilen ist kein Anfang dieses Protokolls: die Vergangenheit wurde geändert, oder Ihnen wird ein anderes gezeigt"],
  log_leaf: ["the line in `{0}` does not stand in this log as number {1}", "die Zeile in `{0}` steht nicht als Nummer {1} in diesem Protokoll"],
  fork: ["both count {0} lines with different roots, and both are signed: the log shows two pasts. Keep both files and show them to whoever oversees the operator", "beide zählen {0} Zeilen mit verschiedenen Wurzeln, und beide sind unterschrieben: das Protokoll zeigt zwei Vergangenheiten. Behalten Sie beide Dateien und zeigen Sie sie der Aufsicht über den Betreiber"],
  compare_about: ["the receipt and the proof hold different secrets: the proof is about somebody else, or was made wrongly", "Beleg und Nachweis tragen verschiedene Geheimnisse: der Nachweis betrifft jemand anderen oder wurde falsch gemacht"],
  compare_secret: ["the receipt and the belief hold different secrets; one of them is somebody else's, or was made wrongly", "Beleg und Annahme tragen verschiedene Geheimnisse; eines gehört jemand anderem oder wurde falsch gemacht"],
  compare_log: ["the receipt and the belief are of different logs", "Beleg und Annahme gehören zu verschiedenen Protokollen"],
  compare_account: ["the receipt and the belief are of different accounts", "Beleg und Annahme gehören zu verschiedenen Konten"],
  no_hex: ["{0} is not {1} lower-case hex digits", "{0} besteht nicht aus {1} kleinen Hexadezimalziffern"],
  key_name: ["the name of a key is not empty and has no spaces and no plus, such as `example.com/log`", "der Name eines Schlüssels ist nicht leer und hat weder Leerzeichen noch Plus, etwa `example.com/log`"],
  key_form: ["a public key is one line `name+id+key`; copy it whole, as the operator publishes it", "ein öffentlicher Schlüssel ist eine Zeile `name+id+key`; kopieren Sie sie ganz, wie der Betreiber sie veröffentlicht"],
  key_other: ["the public key named `{0}` is no Ed25519 key of a log, but a witness's, or the log's second one", "der öffentliche Schlüssel namens `{0}` ist kein Ed25519-Schlüssel eines Protokolls, sondern der eines Zeugen oder der zweite des Protokolls"],
  key_kind: ["the public key named `{0}` is no Ed25519 key; copy it whole", "der öffentliche Schlüssel namens `{0}` ist kein Ed25519-Schlüssel; kopieren Sie ihn ganz"],
  key_id: ["the public key named `{0}` does not fit its id `{1}`; copy it whole", "der öffentliche Schlüssel namens `{0}` passt nicht zu seiner Kennung `{1}`; kopieren Sie ihn ganz"],
  wrong_signature: ["the signature of `{0}` does not fit the note; it was altered", "die Unterschrift von `{0}` passt nicht zum Text; er wurde verändert"],
  no_signature: ["no signature of the key you gave is on this note; check which key its log publishes", "keine Unterschrift des angegebenen Schlüssels steht darauf; sehen Sie nach, welchen Schlüssel das Protokoll veröffentlicht"],
  note_control: ["this is no signed note: too long, or control characters in it", "das ist kein unterschriebener Text: zu lang, oder Steuerzeichen darin"],
  note_form: ["this is no signed note: no blank line before its signatures, or no newline at its end", "das ist kein unterschriebener Text: keine Leerzeile vor den Unterschriften, oder kein Zeilenende am Schluss"],
  note_line: ["this is no signed note: a signature line is misshapen", "das ist kein unterschriebener Text: eine Unterschriftszeile hat nicht die richtige Form"],
  other_origin: ["the checkpoint is of the log `{0}`, and signed by the key of `{1}`", "der Prüfpunkt gehört zum Protokoll `{0}` und ist mit dem Schlüssel von `{1}` unterschrieben"],
  checkpoint_form: ["this is no checkpoint: origin, size and root, a line each, and nothing else", "das ist kein Prüfpunkt: Herkunft, Größe und Wurzel, je eine Zeile, und sonst nichts"],
  checkpoint_number: ["this is no checkpoint: a number or a root is spelled in an unusual way", "das ist kein Prüfpunkt: eine Zahl oder Wurzel ist ungewöhnlich geschrieben"],
  unsigned: ["the file carries no signature", "die Datei trägt keine Unterschrift"],
  other_text: ["the signature is over another text; something in the file was altered", "die Unterschrift gilt einem anderen Text; etwas in der Datei wurde verändert"],
  evidence_form: ["the evidence is misshapen: a text, a list of hashes and a note are expected", "der Nachweis hat nicht die richtige Form: ein Text, eine Liste von Prüfsummen und ein unterschriebener Text gehören hinein"],
  opening_form: ["the opening is not spelled canonically, so it is not what was logged", "der Zeileninhalt ist nicht in der eindeutigen Form geschrieben, also nicht das, was im Protokoll steht"],
  not_under_root: ["line {0} is not under the signed root; the line, its salt or its path was altered", "Zeile {0} liegt nicht unter der unterschriebenen Wurzel; die Zeile, ihr Salz oder ihr Pfad wurde verändert"],
  unknown_format: ["the file is no receipt, certificate, manifest or proof: its `format` is missing or unknown to this version", "die Datei ist kein Beleg, keine Bescheinigung, kein Verzeichnis und kein Nachweis: ihr `format` fehlt oder ist dieser Fassung unbekannt"],
  no_choice: ["the logged line is no choice", "die Zeile im Protokoll ist keine Antwort"],
  receipt_differs: ["the receipt and the log say different things: {0}", "Beleg und Protokoll sagen Verschiedenes: {0}"],
  other_notice: ["what is said to invalidate the answer is not about its notice", "was die Antwort ungültig machen soll, betrifft nicht ihren Hinweistext"],
  form_receipt: ["the file does not carry the receipt it was made from", "die Datei trägt den Beleg nicht, aus dem sie gemacht wurde"],
  form_lacks: ["its receipt lacks what this form says", "ihrem Beleg fehlt, was diese Form sagt"],
  form_differs: ["the file says something else than the signed receipt in it", "die Datei sagt anderes als der unterschriebene Beleg darin"],
  page_utf8: ["the page is not UTF-8 text; it was altered", "die Seite ist kein UTF-8-Text; sie wurde verändert"],
  page_open: ["the page is not closed by a signature: it carries no receipt, or a browser saved it in its own way; take the file as it was handed out", "die Seite schließt nicht mit einer Unterschrift: sie trägt keinen Beleg, oder ein Browser speicherte sie auf seine Weise; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  page_text: ["the signature is over another page; something in it was altered", "die Unterschrift gilt einer anderen Seite; etwas darin wurde verändert"],
  page_receipts: ["the page does not carry exactly one receipt", "die Seite trägt nicht genau einen Beleg"],
  page_none: ["the receipt in the page is none", "der Beleg in der Seite ist keiner"],
  receipt_part: ["the receipt has no part `{0}`", "dem Beleg fehlt der Teil `{0}`"],
  tlog_utf8: ["the proof is not UTF-8 text; it was altered", "der Nachweis ist kein UTF-8-Text; er wurde verändert"],
  tlog_lines: ["the proof does not have its lines: its name, `extra`, `index`, hashes, a blank line, a checkpoint", "dem Nachweis fehlen Zeilen: sein Name, `extra`, `index`, Prüfsummen, eine Leerzeile, ein Prüfpunkt"],
  tlog_index: ["the index of the proof is no plain number", "der Index des Nachweises ist keine einfache Zahl"],
  tlog_extra: ["the extra line is not spelled as we spell it; it was altered", "die Zeile `extra` ist nicht so geschrieben, wie wir sie schreiben; sie wurde verändert"],
  tlog_hash: ["a hash of the proof is not 32 bytes in base64", "eine Prüfsumme des Nachweises ist nicht 32 Byte in Base64"],
  tlog_number: ["the proof says index {0}, its line says number {1}; they differ by one in a proof that holds", "der Nachweis nennt Index {0}, seine Zeile die Nummer {1}; sie unterscheiden sich um eins, wenn er stimmt"],
  other_release: ["the logged line is not of this release", "die Zeile im Protokoll gehört nicht zu diesem Datensatz"],
  no_conversations: ["the proof lists no conversations", "der Nachweis führt keine Gespräche auf"],
  unsorted_list: ["the listed conversations are not sorted, or one stands twice", "die aufgeführten Gespräche sind nicht sortiert, oder eines steht zweimal da"],
  unnamed: ["the proof names no release or no conversation", "der Nachweis nennt keinen Datensatz oder kein Gespräch"],
  half_character: ["the name of a release or conversation is no valid text; it holds half a character", "der Name eines Datensatzes oder Gesprächs ist kein gültiger Text; er enthält ein halbes Zeichen"],
  promise_log: ["the promise is of another log than the key it is signed by", "die Zusage gilt einem anderen Protokoll als dem des Schlüssels, der sie unterschrieb"],
  promise_differs: ["the promise and its opening say different things", "die Zusage und ihr Zeileninhalt sagen Verschiedenes"],
  promise_by: ["the promise names no instant by which it is to be kept", "die Zusage nennt keinen Zeitpunkt, bis zu dem sie zu halten ist"],
  not_believed: ["the logged line says nothing of what is believed", "die Zeile im Protokoll sagt nichts darüber, was angenommen wird"],
  belief_root: ["this proof does not lead to the root of the beliefs; it is of another day or was altered", "der Nachweis führt nicht zur Wurzel der Annahmen; er ist von einem anderen Tag oder wurde verändert"],
  belief_hidden: ["the file says that nothing is believed of the account, and it stands among those of which something is", "die Datei sagt, über das Konto werde nichts angenommen, und es steht unter denen, über die etwas angenommen wird"],
  belief_other: ["what the file says is believed is not what the log commits to", "was die Datei als Annahme nennt, ist nicht das, worauf das Protokoll festgelegt ist"],
  belief_form: ["what is believed names no account, or no answers", "die Annahme nennt kein Konto oder keine Antworten"],
  belief_each: ["a belief has an answer, the number of its line, and whether it reaches what is stored", "zu einer Annahme gehören eine Antwort, die Nummer ihrer Zeile und ob sie Gespeichertes erfasst"],
  belief_since: ["a belief says since when, as text", "eine Annahme sagt als Text, seit wann"],
  no_accounts: ["the release declares no accounts, only conversations; ask for a proof over those", "der Datensatz gibt keine Konten an, nur Gespräche; bitten Sie um einen Nachweis über diese"],
  membership_form: ["the proof is misshapen: a number, a bucket and a path are expected", "der Nachweis hat nicht die richtige Form: eine Zahl, ein Fach und ein Pfad gehören hinein"],
  membership_order: ["this proof is misshapen: its bucket is not sorted, or its path has the wrong length", "der Nachweis hat nicht die richtige Form: sein Fach ist nicht sortiert, oder sein Pfad hat die falsche Länge"],
  membership_root: ["this proof does not lead to the release's root; it was made for another release or altered", "der Nachweis führt nicht zur Wurzel des Datensatzes; er gehört zu einem anderen oder wurde verändert"],
  proof_not_released: ["the proof beside the manifest is not of a release", "der Nachweis neben dem Verzeichnis gehört zu keinem Datensatz"],
  manifest_other: ["the manifest is not the one the log names; it was altered, or belongs to another proof", "das Verzeichnis ist nicht das, welches das Protokoll nennt; es wurde verändert oder gehört zu einem anderen Nachweis"],
  manifest_differs: ["the manifest and the log say different things of this release", "Verzeichnis und Protokoll sagen Verschiedenes über diesen Datensatz"],
  no_proof_beside: ["no `proof.json` lies beside the manifest, so nothing ties it to the log; put that of the release into its folder, or `NAME.proof.json` beside the folder, and give both", "neben dem Verzeichnis liegt kein `proof.json`, also bindet es nichts an das Protokoll; legen Sie das des Datensatzes in seinen Ordner, oder `NAME.proof.json` neben den Ordner, und geben Sie beide"],
  manifest_ends: ["the manifest has other line ends than it was written with (CR LF); take the folder as it was handed out", "das Verzeichnis hat andere Zeilenenden, als es geschrieben wurde (CR LF); nehmen Sie den Ordner, wie er ausgegeben wurde"],
  log_older: ["`{0}`: its checkpoint counts {1} lines, these files show {2}: fetch the log anew, and if it still shows fewer, it went backwards", "`{0}`: der Prüfpunkt zählt {1} Zeilen, diese Dateien zeigen {2}: holen Sie das Protokoll neu; zeigt es dann noch weniger, so ging es rückwärts"],
  listed_form: ["the manifest lists a file without a plain path, a size and a digest", "das Verzeichnis nennt eine Datei ohne einfachen Pfad, Größe und Prüfsumme"],
  erasure_other: ["the erasure beside the manifest is not of this release", "die Löschangabe neben dem Verzeichnis gehört nicht zu diesem Datensatz"],
  file_altered: ["the listed file `{0}` was altered", "die aufgeführte Datei `{0}` wurde verändert"],
  file_too_big: ["the listed file `{0}` is too large for a browser; check the folder with `sayso verify`", "die aufgeführte Datei `{0}` ist für einen Browser zu groß; prüfen Sie den Ordner mit `sayso verify`"],
  report_acts: ["the report names no act of the order; a hold begins with the line that placed it", "der Bericht nennt keine Handlung; eine Aufbewahrung beginnt mit der Zeile, die sie anordnet"],
  report_act: ["an act in the report is not the line of the log that it names", "eine Handlung im Bericht ist nicht die Zeile des Protokolls, die sie nennt"],
  cert_kind: ["what was deleted is neither a conversation nor an account", "gelöscht wurde weder ein Gespräch noch ein Konto"],
  cert_waits: ["the certificate waits for something that this version does not know", "die Bescheinigung wartet auf etwas, das diese Fassung nicht kennt"],
  cert_final: ["the certificate calls itself final and waits, or the other way round", "die Bescheinigung nennt sich endgültig und wartet, oder umgekehrt"],
  cert_no_lines: ["the certificate shows no line of the log", "die Bescheinigung zeigt keine Zeile des Protokolls"],
  cert_order: ["the lines are out of order, or one stands twice", "die Zeilen stehen nicht in der Reihenfolge, oder eine steht zweimal da"],
  cert_differs: ["the certificate and the log say different things: {0}", "Bescheinigung und Protokoll sagen Verschiedenes: {0}"],
  cert_nameless: ["a line destroys something that has no name", "eine Zeile vernichtet etwas, das keinen Namen hat"],
  cert_destroys: ["a line destroys another conversation, or one twice", "eine Zeile vernichtet ein anderes Gespräch, oder eines zweimal"],
  cert_counts: ["the certificate counts what was destroyed, and shows other lines", "die Bescheinigung zählt, was vernichtet wurde, und zeigt andere Zeilen"],
  cert_everywhere: ["the certificate says that nothing can be read anywhere, and the log does not say when that began", "die Bescheinigung sagt, nirgends sei noch etwas lesbar, und das Protokoll sagt nicht, seit wann"],
  cert_not_forgotten: ["the certificate calls an account gone that the log does not call forgotten", "die Bescheinigung nennt ein Konto gelöscht, von dem das Protokoll das nicht sagt"],
  cert_release: ["a release is named that no line shows", "ein Datensatz ist genannt, den keine Zeile zeigt"],
  cert_recalled: ["a release is said to have withdrawn rows, and no line shows it", "ein Datensatz soll Zeilen zurückgezogen haben, und keine Zeile zeigt es"],
  cert_run: ["a run is named that no line shows", "ein Lauf ist genannt, den keine Zeile zeigt"],
  cert_list: ["the certificate has no list `{0}`", "der Bescheinigung fehlt die Liste `{0}`"],
};

const LOOKS = {
  looks_empty: ["is empty; it was not copied or downloaded whole", "ist leer; sie wurde nicht ganz kopiert oder heruntergeladen"],
  looks_utf16: ["was saved as UTF-16, as some editors do; take the file as it was handed out", "wurde als UTF-16 gespeichert, wie manche Programme es tun; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_bom: ["begins with a byte order mark, which an editor put there; take the file as it was handed out", "beginnt mit einer Bytereihenfolge-Marke, die ein Programm davorsetzte; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_zip: ["is a zip archive; unpack it and give what is in it", "ist ein ZIP-Archiv; packen Sie es aus und geben Sie, was darin ist"],
  looks_packed: ["is compressed; unpack it and give what is in it", "ist gepackt; packen Sie sie aus und geben Sie, was darin ist"],
  looks_pdf: ["is a PDF, which proves nothing; take the file as it was handed out", "ist ein PDF und beweist nichts; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_picture: ["is a picture, which proves nothing; take the file as it was handed out", "ist ein Bild und beweist nichts; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_rows: ["holds the rows of a release; give the folder of the release, with its manifest", "enthält die Zeilen eines Datensatzes; geben Sie den Ordner des Datensatzes mit seinem Verzeichnis"],
  looks_bytes: ["is no UTF-8 text: it is damaged, or of another kind; take the file as it was handed out", "ist kein UTF-8-Text: beschädigt oder von anderer Art; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_binary: ["is no text: it is damaged, or of another kind; take the file as it was handed out", "ist kein Text: beschädigt oder von anderer Art; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_key: ["is a public key and no proof; it goes where a key is asked for", "ist ein öffentlicher Schlüssel und kein Nachweis; er gehört dorthin, wo nach einem Schlüssel gefragt wird"],
  looks_mailed: ["holds signs that an e-mail or a word processor puts in, such as spaces that do not break; take the file as it was handed out", "enthält Zeichen, die eine E-Mail oder Textverarbeitung einsetzt, etwa geschützte Leerzeichen; nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_page: ["is a web page, and none that carries a receipt; take the file that was handed out with the receipt in it", "ist eine Webseite, und keine, die einen Beleg trägt; nehmen Sie die Datei, die mit dem Beleg darin ausgegeben wurde"],
  looks_ends: ["has other line ends than it was written with (CR LF); take the file as it was handed out", "hat andere Zeilenenden, als sie geschrieben wurde (CR LF); nehmen Sie die Datei, wie sie ausgegeben wurde"],
  looks_other: ["is no receipt, proof or checkpoint of this log: it does not begin like one; take the file as it was handed out, or the key of its log", "ist kein Beleg, Nachweis oder Prüfpunkt dieses Protokolls: sie beginnt nicht so; nehmen Sie die Datei, wie sie ausgegeben wurde, oder den Schlüssel ihres Protokolls"],
  looks_wrapped: ["has line breaks in the middle of its texts, as e-mails put them in; take the file as it was handed out, as an attachment", "hat Zeilenumbrüche mitten in ihren Texten, wie E-Mails sie einsetzen; nehmen Sie die Datei, wie sie ausgegeben wurde, als Anhang"],
  looks_cut: ["breaks off before its end; it was not copied or downloaded whole", "bricht vor ihrem Ende ab; sie wurde nicht ganz kopiert oder heruntergeladen"],
  looks_json: ["is no plain JSON: damaged, nested too deep, or a name stands twice in it", "ist kein einfaches JSON: beschädigt, zu tief verschachtelt, oder ein Name steht zweimal darin"],
};

const PARTS = {
  file: ["the file", "die Datei"],
  evidence: ["the evidence", "der Nachweis"],
  opening: ["the opening", "der Zeileninhalt"],
  salt: ["the salt", "das Salz"],
  page: ["the page", "die Seite"],
  receipt_in_page: ["the receipt in the page", "der Beleg in der Seite"],
  path_hash: ["a hash of the path", "eine Prüfsumme des Pfades"],
  proof: ["the proof", "der Nachweis"],
  one_proof: ["one proof of the list", "ein Nachweis der Liste"],
  extra: ["the extra line", "die Zeile extra"],
  secret: ["the blinding secret", "das Geheimnis"],
  bucket_id: ["an id of the bucket", "eine Kennung des Faches"],
  accounts_root: ["the root over accounts", "die Wurzel über die Konten"],
  promise: ["the promise", "die Zusage"],
  record: ["a record of the bucket", "ein Eintrag des Faches"],
  beliefs_root: ["the root of the beliefs", "die Wurzel der Annahmen"],
  believed_part: ["what is believed", "was angenommen wird"],
  a_belief: ["a belief", "eine Annahme"],
  root: ["the root of the release", "die Wurzel des Datensatzes"],
  proof_beside: ["the proof beside the manifest", "der Nachweis neben dem Verzeichnis"],
  erasure: ["the erasure", "die Löschangabe"],
  certificate: ["the certificate", "die Bescheinigung"],
  a_line: ["a line", "eine Zeile"],
  what_deleted: ["what was deleted", "was gelöscht wurde"],
  what_destroyed: ["what was destroyed", "was vernichtet wurde"],
  the_epoch: ["the epoch", "der Wechsel des Hauptschlüssels"],
  an_entry: ["an entry of `{0}`", "ein Eintrag von `{0}`"],
};

const ALL = { ...LINES, ...REASONS, ...LOOKS, ...PARTS };

// Return what to show for *id* as a list: plain strings, and {code} for what stands between backticks.
function spelled(id, args, language) {
  const made = [];
  for (const part of ALL[id][language === "de" ? 1 : 0].split(/(`[^`]*`|\{[0-9]\})/)) {
    const slot = /^(`?)\{([0-9])\}`?$/.exec(part);
    if (slot && slot[1]) made.push({ code: shown(args[slot[2]]) });
    else if (slot) made.push(...filled(args[slot[2]], language));
    else if (part.startsWith("`")) made.push({ code: part.slice(1, -1) });
    else if (part) made.push(part);
  }
  return made;
}

function filled(value, language) {
  if (value instanceof Unfit || value instanceof Word) return spelled(value.id, value.args, language);
  if (value instanceof Names) return value.list.flatMap((one, at) => (at ? [", ", { code: one }] : [{ code: one }]));
  return [shown(value)];
}

// A value of the log as Python's text of it; whoever signed it may have put anything there.
function shown(value) {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value instanceof Point) return String(value.value);
  return typeof value === "object" ? canonical(value) : String(value);
}

const plainText = (line, language) => spelled(line.id, line.args, language).map((part) => (typeof part === "string" ? part : `\`${part.code}\``)).join("");
