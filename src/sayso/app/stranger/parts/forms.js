// The other forms of a receipt: each is made again from the signed receipt it carries, and compared byte by byte.

const PAGE_START = "<!doctype html>";
const PAGE_KIND = "sayso/receipt-page/v1";
const PAGE_OPEN = `<${"!"}--${PAGE_KIND}\n`; // in two pieces: no part of a script may hold what begins a comment
const PAGE_CLOSE = "-->\n";
const FORM_UNSET = "not set by the operator";
const FORM_CONTEXT = { dpv: "https://w3id.org/dpv#", dct: "http://purl.org/dc/terms/", xsd: "http://www.w3.org/2001/XMLSchema#" };

async function judgeForm(told, key) {
  const receipt = get(told, "receipt");
  if (!isObject(receipt)) throw new Unfit("form_receipt");
  const lines = await judgeReceipt(receipt, key);
  let made;
  try {
    made = canonical({ ...FORMS[told.format](receipt), format: told.format, receipt });
  } catch {
    throw new Unfit("form_lacks");
  }
  if (made !== canonical(told)) throw new Unfit("form_differs");
  return [...lines, say("form_made")];
}

const FORMS = {
  "sayso/record/v2": recordOf,
  "sayso/kantara/v2": (receipt) => ({ ...kantaraOf(receipt), ...seenOf(receipt) }),
  "sayso/record/v1": recordBefore,
  "sayso/kantara/v1": kantaraOf,
};

// What was so at the answer and no vocabulary has a term for: the last day that was named, the region, and whose word it is.
function seenOf(receipt) {
  const seen = get(need(receipt, "choice"), "circumstances") || {};
  const names = ["deadline", "region", "region_by", "region_against"].filter((name) => get(seen, name) !== null);
  return Object.fromEntries(names.map((name) => [`sayso:${name}`, seen[name]]));
}

// A field that a receipt must have; what is not there is never taken for something.
function need(object, name) {
  if (!Object.hasOwn(object, name)) throw new TypeError(name);
  return object[name];
}

const instantOf = (text) => ({ "@type": "xsd:dateTime", "@value": text });

function recordOf(receipt) {
  const [made, own] = [recordBefore(receipt), seenOf(receipt)];
  if (!Object.keys(own).length) return made;
  if (Object.hasOwn(own, "sayso:deadline")) own["sayso:deadline"] = instantOf(own["sayso:deadline"]);
  return {
    ...made,
    "@context": { ...FORM_CONTEXT, sayso: "urn:sayso:receipt:" },
    "dpv:hasConsentStatus": { ...made["dpv:hasConsentStatus"], ...own },
  };
}

function recordBefore(receipt) {
  const [record, event, notice] = ["record", "event", "notice"].map((name) => need(receipt, name));
  const made = {
    "@context": FORM_CONTEXT,
    "@id": `urn:sayso:record:${need(record, "id")}`,
    "@type": "dpv:ConsentRecord",
    "dct:identifier": record.id,
    "dct:conformsTo": { "@id": "https://w3id.org/dpv/schema/dpv-27560#record" },
    "dct:created": instantOf(need(record, "created")),
    "dpv:hasDataSubject": { "@type": "dpv:DataSubject", "dct:identifier": need(receipt, "pii_principal_id") },
    "dpv:hasProcess": processOf(receipt),
    "dpv:hasConsentStatus": {
      "@type": need(event, "status"),
      "dpv:isIndicatedAtTime": instantOf(need(event, "time")),
      "dpv:isIndicatedBy": { "@id": "dpv:DataSubject" },
      "dpv:hasIndicationMethod": need(receipt, "collection_method"),
      "dpv:hasDuration": need(event, "validity"),
    },
  };
  if (notice === null) return made;
  return {
    ...made,
    "dpv:hasNotice": {
      "@type": "dpv:ConsentNotice",
      "dct:identifier": `sha256:${need(notice, "digest")}`,
      "dct:title": need(notice, "name"),
      "dct:language": need(need(receipt, "choice"), "language") || "und",
    },
  };
}

function processOf(receipt) {
  const made = {
    "@type": "dpv:Process",
    "dpv:hasPurpose": { "@id": `urn:sayso:purpose:${need(receipt, "purpose_type")}` },
    "dpv:hasPersonalData": need(receipt, "pii_information").map((one) => ({ "@type": "dpv:PersonalData", "dct:title": need(one, "type") })),
    "dpv:hasDataController": need(receipt, "pii_controllers").map((one) => ({
      "@type": "dpv:DataController",
      "dpv:hasIdentifier": need(one, "id"),
      "dpv:hasName": need(one, "name"),
      "dpv:hasAddress": need(one, "address"),
      "dpv:hasContact": need(one, "contact"),
    })),
    "dpv:hasRecipient": need(receipt, "recipients"),
    "dpv:hasJurisdiction": need(receipt, "jurisdiction"),
    "dpv:hasDataSource": { "@id": "dpv:DataSubjectDataSource" },
    "dpv:hasStorageCondition": [
      { "@type": "dpv:StorageDuration", "dct:description": need(receipt, "retention_period") },
      ...need(receipt, "storage_locations").map((one) => ({ "@type": "dpv:StorageLocation", "dct:description": one })),
    ],
    "dpv:hasConsentControl": { "@type": "dpv:WithdrawConsent", "dct:description": need(receipt, "withdrawal_method") },
    "dpv:hasRight": need(receipt, "rights").map((one) => ({ "@type": "dpv:DataSubjectRight", "dct:title": one })),
    "dpv:hasNotice": { "@type": "dpv:PrivacyNotice", "dct:identifier": need(receipt, "privacy_notice") },
  };
  const basis = get(receipt, "lawful_basis");
  return basis === null ? made : { ...made, "dpv:hasLegalBasis": { "@id": basis } };
}

// The POSIX seconds of an instant as we spell it; a time without a zone would be another one for each reader.
function secondsOf(text) {
  if (!isInstant(text)) throw new Unfit("form_lacks");
  return Math.trunc(Date.parse(text) / 1000);
}

function kantaraOf(receipt) {
  const [choice, event] = ["choice", "event"].map((name) => need(receipt, name));
  const kinds = need(receipt, "pii_information").map((one) => need(one, "type"));
  const others = need(receipt, "recipients").filter((one) => one !== "none");
  const consent = { given: "EXPLICIT", refused: "REFUSED", withdrawn: "WITHDRAWN", invalidated: "INVALIDATED" };
  const purpose = {
    purpose: need(receipt, "purpose_type"),
    consentType: need(consent, need(event, "state")),
    purposeCategory: [receipt.purpose_type],
    piiCategory: kinds,
    primaryPurpose: false,
    termination: need(receipt, "retention_period"),
    thirdPartyDisclosure: others.length > 0,
    ...(others.length ? { thirdPartyName: others.join(", ") } : {}),
  };
  return {
    version: "KI-CR-v1.1.0",
    jurisdiction: need(receipt, "jurisdiction"),
    consentTimestamp: secondsOf(need(event, "time")),
    collectionMethod: need(receipt, "collection_method"),
    consentReceiptID: need(receipt, "receipt_id"),
    piiPrincipalId: need(receipt, "pii_principal_id"),
    piiControllers: need(receipt, "pii_controllers").map((one) => ({
      piiController: need(one, "name"),
      contact: need(one, "contact"),
      address: { streetAddress: need(one, "address") },
      email: get(one, "email") || FORM_UNSET,
      phone: get(one, "phone") || FORM_UNSET,
    })),
    policyUrl: need(receipt, "privacy_notice"),
    services: [{ service: kinds.join(", "), purposes: [purpose] }],
    sensitive: true,
    spiCat: kinds,
    ...(need(choice, "language") ? { language: choice.language } : {}),
  };
}

async function judgePage(raw, key) {
  return [...(await judgeReceipt(await receiptInPage(raw, key), key)), say("page_whole")];
}

// The receipt in a page that is as it was handed out; the receipt itself is unchecked.
async function receiptInPage(raw, key) {
  if (raw.length > LARGEST) throw new Unfit("large", word("page"));
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Unfit("page_utf8");
  }
  const at = text.lastIndexOf(PAGE_OPEN);
  if (at < 0 || !text.slice(at + PAGE_OPEN.length).endsWith(PAGE_CLOSE)) throw new Unfit("page_open");
  const html = text.slice(0, at);
  const note = text.slice(at + PAGE_OPEN.length, -PAGE_CLOSE.length);
  if ((await openNote(note, key)) !== `${PAGE_KIND}\n${hex(await sha256(utf8(html)))}\n`) throw new Unfit("page_text");
  const found = [...html.matchAll(/<script type="application\/json" id="receipt">([^<]*)<\/script>/g)];
  if (found.length !== 1) throw new Unfit("page_receipts");
  const told = strictJson(utf8(found[0][1]), word("receipt_in_page"));
  if (!isObject(told)) throw new Unfit("page_none");
  return told;
}
