-- The yardstick: what somebody who knows the data and anthropic-consumer by heart would write by hand for one instant, {at}.
-- It answers for conversations of one stretch what `sayso.policy.passes` answers, and knows nothing of versions that cannot matter
-- here: the rows on use that reach these facts say the same in all of them, and of the rows on keeping only the refusal differs.
WITH {people}
facts AS (
  SELECT c.id, c.created_at AS began, c.last_activity_at AS last, c.flagged_at, c.feedback_at, c.deleted_at, c.incognito,
    p.age, p.held, p.refused_at, t.tier IN ('free', 'pro', 'max') AS consumer, p.tier_now IN ('free', 'pro', 'max') AS consumer_now,
    coalesce(ch.allow, FALSE) AS yes, ch.allow IS NOT NULL AND NOT ch.allow AS no, coalesce(p.allow, FALSE) AS yes_now,
    p.allow IS NOT NULL AND NOT p.allow AS no_now
  FROM conversations c
  ASOF LEFT JOIN tier_events t ON c.account_id = t.account_id AND c.last_activity_at >= t."at"
  ASOF LEFT JOIN choice_events ch ON c.account_id = ch.account_id AND c.last_activity_at >= ch."at"
  LEFT JOIN people p ON c.account_id = p.account_id
),
rows_ AS (
  SELECT *,
    CASE WHEN age IS NULL THEN 'unknown-age'
      WHEN deleted_at IS NOT NULL THEN CASE WHEN feedback_at IS NOT NULL THEN 'deleted-after-feedback' ELSE 'deleted' END
      WHEN age = 'minor' THEN 'minor-now'
      WHEN incognito THEN CASE WHEN feedback_at IS NOT NULL THEN 'incognito-feedback' ELSE 'incognito' END
      WHEN held THEN 'held'
      WHEN feedback_at IS NOT NULL THEN 'feedback'
      WHEN NOT consumer THEN 'commercial-then'
      WHEN NOT consumer_now THEN 'commercial-now'
      WHEN no_now THEN 'withdrawn'
      WHEN NOT yes_now THEN 'must-choose'
      WHEN no THEN 'refused-then'
      WHEN NOT yes THEN 'not-covered'
      ELSE 'said-yes' END AS row_model_training,
    CASE WHEN age IS NULL THEN 'unknown-age'
      WHEN deleted_at IS NOT NULL THEN CASE WHEN feedback_at IS NOT NULL THEN 'deleted-after-feedback'
        WHEN flagged_at IS NOT NULL THEN 'deleted-and-flagged' ELSE 'deleted' END
      WHEN age = 'minor' THEN 'minor-now'
      WHEN incognito THEN CASE WHEN feedback_at IS NOT NULL THEN 'incognito-feedback'
        WHEN flagged_at IS NOT NULL THEN 'incognito-flagged' ELSE 'incognito' END
      WHEN held THEN 'held'
      WHEN flagged_at IS NOT NULL THEN CASE WHEN consumer THEN 'flagged' ELSE 'flagged-commercial' END
      ELSE 'nothing-else' END AS row_safety_training,
    CASE WHEN age IS NULL THEN 'unknown-age'
      WHEN deleted_at IS NOT NULL THEN CASE WHEN flagged_at IS NOT NULL THEN 'deleted-and-flagged' ELSE 'deleted' END
      WHEN age = 'minor' THEN 'minor-now'
      WHEN incognito THEN CASE WHEN flagged_at IS NOT NULL THEN 'incognito-flagged' ELSE 'incognito' END
      WHEN flagged_at IS NOT NULL THEN 'flagged'
      WHEN feedback_at IS NOT NULL THEN 'review-feedback'
      ELSE 'nothing-else' END AS row_human_review,
    NOT incognito AND consumer AND consumer_now AND age IN ('adult', 'undeclared') AS ordinary,
    last + INTERVAL 60 MONTH AS five,
    deleted_at + INTERVAL 30 DAY AS gone
  FROM facts
),
kept AS (
  SELECT *,
    CASE WHEN held THEN TRUE ELSE FALSE END AS open_,
    CASE WHEN ordinary AND yes AND yes_now AND deleted_at IS NULL THEN five END AS training,
    CASE WHEN ordinary AND yes AND yes_now AND deleted_at IS NULL THEN NULL
      WHEN ordinary AND yes AND no_now AND began >= TIMESTAMP '2025-08-28' THEN least(refused_at + INTERVAL 30 DAY, five, gone)
      WHEN ordinary AND yes AND yes_now THEN least(greatest(last + INTERVAL 30 DAY, gone), gone, five)
      ELSE least(last + INTERVAL 30 DAY, gone) END AS product,
    flagged_at + INTERVAL 24 MONTH AS safety,
    flagged_at + INTERVAL 84 MONTH AS scores,
    feedback_at + INTERVAL 60 MONTH AS feedback
  FROM rows_
),
young AS (
  SELECT id, row_model_training, row_safety_training, row_human_review, open_,
    CASE WHEN age = 'minor' THEN least(training, last) ELSE training END AS training,
    CASE WHEN age = 'minor' THEN least(product, last) ELSE product END AS product,
    CASE WHEN safety IS NULL THEN NULL WHEN age = 'minor' THEN least(safety, last) ELSE safety END AS safety,
    CASE WHEN scores IS NULL THEN NULL WHEN age = 'minor' THEN least(scores, last) ELSE scores END AS scores,
    CASE WHEN feedback IS NULL THEN NULL WHEN age = 'minor' THEN least(feedback, last) ELSE feedback END AS feedback
  FROM kept
),
used AS (
  SELECT * REPLACE (
    CASE WHEN row_model_training IN ('feedback', 'said-yes') AND plain <= {at} THEN 'ended' ELSE row_model_training END AS row_model_training,
    CASE WHEN row_safety_training = 'flagged' AND greatest(plain, safety) <= {at} THEN 'ended' ELSE row_safety_training END AS row_safety_training,
    CASE WHEN row_human_review IN ('flagged', 'review-feedback') AND greatest(plain, safety) <= {at} THEN 'ended' ELSE row_human_review END
      AS row_human_review)
  FROM (SELECT *, greatest(training, product, feedback) AS plain FROM young)
)
SELECT id, row_model_training, row_safety_training, row_human_review,
  CASE WHEN row_model_training IN ('feedback', 'said-yes') THEN 'allow'
    WHEN row_model_training IN ('deleted-after-feedback', 'incognito-feedback') THEN 'undetermined' ELSE 'deny' END AS use_model_training,
  CASE WHEN row_safety_training = 'flagged' THEN 'allow' WHEN row_safety_training IN ('deleted-after-feedback', 'deleted-and-flagged',
    'incognito-feedback', 'incognito-flagged', 'flagged-commercial') THEN 'undetermined' ELSE 'deny' END AS use_safety_training,
  CASE WHEN row_human_review IN ('flagged', 'review-feedback') THEN 'allow'
    WHEN row_human_review IN ('deleted-and-flagged', 'incognito-flagged') THEN 'undetermined' ELSE 'deny' END AS use_human_review,
  epoch_us(CASE WHEN open_ THEN NULL ELSE greatest(training, product, safety, feedback) END) AS keep_until,
  epoch_us(least(CASE WHEN training > {at} THEN training END, CASE WHEN product > {at} THEN product END,
    CASE WHEN safety > {at} THEN safety END, CASE WHEN scores > {at} THEN scores END,
    CASE WHEN feedback > {at} THEN feedback END)) AS next_end
FROM used
