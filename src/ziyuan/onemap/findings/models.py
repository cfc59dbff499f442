"""Check runs, their findings with all that is known of each, exceptions, disputes, and the notes on these."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class State(models.TextChoices):
    """What became of a finding. *Excepted* is not stored: it holds while an approved exception covers the finding."""

    OPEN = "open", "待整改"
    FIXED = "fixed", "已改正"
    EXCEPTED = "excepted", "已列入例外"
    DISPUTED = "disputed", "有异议"
    FALSE_ALARM = "false_alarm", "误报"


class Standing(models.TextChoices):
    """How a finding of this attempt stands to the attempt before."""

    NEW = "new", "新增"
    STILL = "still", "仍在"
    FIXED = "fixed", "已改正"


class Duty(models.TextChoices):
    SUBMITTER = "submitter", "汇交单位"
    REVIEWER = "reviewer", "审核人员"
    PLATFORM = "platform", "平台"


class ExceptionState(models.TextChoices):
    REQUESTED = "requested", "待批准"
    RETURNED = "returned", "退回补充"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤销"
    ENDED = "ended", "已到期"


class DisputeState(models.TextChoices):
    RAISED = "raised", "待答复"
    UPHELD = "upheld", "问题成立"
    FALSE_ALARM = "false_alarm", "确认误报"
    WITHDRAWN = "withdrawn", "已撤回"


class CheckRun(models.Model):
    """One check of one delivery: by what it was judged, what it found beside the attempt before.

    `complete`: every rule was run (the package could be read). `versions` rule → version; `switches` those that
    changed a severity; `open_errors` what still returned the delivery when the check ended.
    """

    delivery = models.ForeignKey("onemap.Delivery", models.CASCADE, related_name="runs")
    county = models.CharField(max_length=6)
    mandate = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    sequence = models.IntegerField()
    number = models.IntegerField()
    at = models.DateTimeField()
    complete = models.BooleanField()
    epsg = models.IntegerField(null=True)
    standards = models.JSONField(default=list)
    versions = models.JSONField(default=dict)
    switches = models.JSONField(default=list)
    counts = models.JSONField(default=list)
    features = models.JSONField(default=dict)
    score = models.JSONField(null=True)
    errors = models.IntegerField()
    open_errors = models.IntegerField()
    first_pass = models.BooleanField(null=True)
    standing = models.JSONField(default=dict)
    earlier = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("delivery", "number"), name="check_run_once"),)
        indexes = (models.Index(fields=("county", "mandate", "period"), name="check_run_by_series"),)


class FindingException(models.Model):
    """An exception (例外): problems that need not be put right, asked for with proof, approved by the level above.

    `review` is the number of the case in which it is asked for and decided.
    `items` name the rule and the features, as {"rule", "layer", "field", "keys", "value", "fingerprint"}; with
    scope *region* an item names the rule only and `region` is a village, town or county code. `until` is the last
    day on which it holds.
    """

    no = models.CharField(max_length=40, unique=True)
    delivery = models.ForeignKey("onemap.Delivery", models.PROTECT, related_name="exceptions")
    county = models.CharField(max_length=6)
    mandate = models.CharField(max_length=40)
    rules = ArrayField(models.CharField(max_length=80))
    scope = models.CharField(max_length=10, choices=[("features", "所列要素"), ("region", "行政区")])
    region = models.CharField(max_length=12, blank=True)
    items = models.JSONField()
    reason = models.TextField()
    until = models.DateField()
    proof_sm3 = models.CharField(max_length=64)
    proof_name = models.CharField(max_length=200)
    proof_size = models.BigIntegerField()
    state = models.CharField(max_length=12, choices=ExceptionState.choices)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=60)
    requested_id = models.BigIntegerField()
    requested_unit = models.CharField(max_length=20)
    requested_organ = models.CharField(max_length=100)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=60, blank=True)
    decided_id = models.BigIntegerField(null=True)
    decided_organ = models.CharField(max_length=100, blank=True)
    opinion = models.TextField(blank=True)
    review = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("county", "mandate", "state"), name="exception_by_county"),)


class StoredFinding(models.Model):
    """One located defect. `x`, `y`, `delivered` (WKB) in `epsg`; `lon`, `lat`, `shape` (WKB) in EPSG:4490.

    `standing` is told at the end of the check; `followed` says that a later attempt has the same problem, so that
    this row is history. `since` is the attempt in which the problem was first seen.
    """

    delivery = models.ForeignKey("onemap.Delivery", models.CASCADE, related_name="findings")
    run = models.ForeignKey(CheckRun, models.CASCADE, null=True, related_name="findings")
    county = models.CharField(max_length=6)
    ordinal = models.IntegerField()
    rule = models.CharField(max_length=80)
    rule_version = models.CharField(max_length=16, blank=True, default="")
    standard = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=60)
    family = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    duty = models.CharField(max_length=10, choices=Duty.choices, default=Duty.SUBMITTER)
    clause = models.CharField(max_length=200, null=True)
    layer = models.CharField(max_length=40, null=True)
    key = models.CharField(max_length=80, null=True)
    row = models.BigIntegerField(null=True)
    file = models.CharField(max_length=300, null=True)
    line = models.BigIntegerField(null=True)
    field = models.CharField(max_length=60, null=True)
    value = models.TextField(null=True)
    expected = models.TextField(null=True)
    epsg = models.IntegerField(null=True)
    x = models.FloatField(null=True)
    y = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    village = models.CharField(max_length=12, null=True)
    village_name = models.CharField(max_length=100, null=True)
    measure = models.FloatField(null=True)
    unit = models.CharField(max_length=10, null=True)
    partners = ArrayField(models.CharField(max_length=80), default=list)
    message = models.TextField()
    remedy = models.TextField()
    shape = models.BinaryField(null=True)
    delivered = models.BinaryField(null=True)
    fingerprint = models.CharField(max_length=32, blank=True, default="")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.NEW)
    since = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    exception = models.ForeignKey(FindingException, models.PROTECT, null=True, related_name="findings")
    followed = models.BooleanField(default=False)
    fixed_in = models.ForeignKey(CheckRun, models.PROTECT, null=True, related_name="mended")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("delivery", "ordinal"), name="delivery_finding_once"),)
        indexes = (
            models.Index(fields=("county", "fingerprint"), name="finding_by_fingerprint"),
            models.Index(fields=("delivery", "rule"), name="finding_by_rule"),
        )


class Dispute(models.Model):
    """A dispute (异议): the submitter holds that a finding is no fault; the province answers."""

    no = models.CharField(max_length=40, unique=True)
    finding = models.ForeignKey(StoredFinding, models.PROTECT, related_name="disputes")
    delivery = models.ForeignKey("onemap.Delivery", models.PROTECT, related_name="disputes")
    county = models.CharField(max_length=6)
    reason = models.TextField()
    proof_sm3 = models.CharField(max_length=64, blank=True)
    proof_name = models.CharField(max_length=200, blank=True)
    proof_size = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=DisputeState.choices)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=60)
    raised_id = models.BigIntegerField()
    raised_unit = models.CharField(max_length=20)
    raised_organ = models.CharField(max_length=100)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, blank=True)
    answered_organ = models.CharField(max_length=100, blank=True)
    answer = models.TextField(blank=True)
    fixture = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("finding",), condition=models.Q(state="raised"), name="dispute_once_open"),
        )


class FindingNote(models.Model):
    """A signed act on an exception or a dispute: who, for which organ, what, in which words."""

    exception = models.ForeignKey(FindingException, models.PROTECT, null=True, related_name="notes")
    dispute = models.ForeignKey(Dispute, models.PROTECT, null=True, related_name="notes")
    county = models.CharField(max_length=6)
    at = models.DateTimeField()
    person = models.CharField(max_length=60)
    organ_name = models.CharField(max_length=100)
    act = models.CharField(max_length=12)
    text = models.TextField()
    payload = models.BinaryField()
    signature = models.BinaryField()


class FindingCommand(models.Model):
    """A command that was carried out, and on what, so that its repetition changes nothing."""

    county = models.CharField(max_length=6)
    command = models.CharField(max_length=80)
    act = models.CharField(max_length=12)
    exception = models.ForeignKey(FindingException, models.PROTECT, null=True, related_name="commands")
    dispute = models.ForeignKey(Dispute, models.PROTECT, null=True, related_name="commands")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("county", "command"), name="finding_command_once"),)
