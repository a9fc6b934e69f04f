"""What bodies decide: the schema laid before them, who may sign, their acts, what they object to, declared differences.

All but mandates is append-only (a trigger of the database says so): a correction is a further row.
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.approving import posting
from agreements.models.agreements import Agreement, Party
from agreements.models.texts import TextVersion
from organisations.models import User


class FinalSchema(models.Model):
    """The text as bodies are to approve it: its PDF is rendered once, marked as a schema, and kept with its SHA-256."""

    version = models.OneToOneField(TextVersion, models.PROTECT, related_name="final_schema")
    text_sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    page_count = models.PositiveIntegerField(_("pages"))
    legal_contact = models.CharField(_("legal contact who confirmed the text"), max_length=150)
    legal_contact_office = models.CharField(_("office held"), max_length=150)
    finalised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    finalised_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("final schema")
        verbose_name_plural = _("final schemas")

    def __str__(self) -> str:
        return f"{self.version} {self.sha256[:12]}"


class ApprovalCall(models.Model):
    """A schema sent to every party, with the date by which its body's act is awaited."""

    schema = models.OneToOneField(FinalSchema, models.PROTECT, related_name="call")
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    answer_by = models.DateTimeField(_("act awaited by"))

    class Meta:
        verbose_name = _("call for approval")
        verbose_name_plural = _("calls for approval")
        constraints = (
            models.CheckConstraint(condition=Q(answer_by__gt=models.F("sent_at")), name="approval_call_leaves_time"),
        )

    def __str__(self) -> str:
        return str(self.schema)


class Proof(models.Model):
    """Where the paper is: a link, or a file kept byte for byte with its SHA-256, or neither."""

    link = models.URLField(_("link"), blank=True)
    filename = models.CharField(_("file name"), max_length=150, blank=True)
    media_type = models.CharField(max_length=50, blank=True)
    content = models.BinaryField(null=True)
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    file_size = models.PositiveIntegerField(_("size in bytes"), null=True)

    class Meta:
        abstract = True


class Mandate(Proof):
    """Who may sign for a party, in which office, by which source, from when to when."""

    class Source(models.TextChoices):
        LAW = "law", _("by law or statute")
        DELEGATION = "delegation", _("by delegation")
        RESOLUTION = "resolution", _("by resolution")

    party = models.ForeignKey(Party, models.PROTECT, related_name="mandates")
    person_name = models.CharField(_("person"), max_length=150)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("user of the portal"))
    office_held = models.CharField(_("office held"), max_length=150)
    source = models.CharField(_("source"), max_length=12, choices=Source)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid until"), null=True)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="mandate_ends_after_it_begins",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_name}, {self.office_held}"

    def holds_on(self, day: date) -> bool:
        """Whether the person may sign on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class ApprovalActQuerySet(models.QuerySet["ApprovalAct"]):
    """Questions about acts."""

    def standing(self) -> "ApprovalActQuerySet":
        """Those that no further act corrected."""
        return self.filter(superseded_by__isnull=True)

    def of(self, agreement: Agreement) -> "ApprovalActQuerySet":
        """Those of an agreement's parties, oldest first, without the bytes of their files."""
        acts = self.filter(party__agreement=agreement).defer("content", "signatory__content")
        return acts.select_related("party__organisation", "signatory", "recorded_by").order_by("recorded_at", "pk")


class ApprovalAct(Proof):
    """A body's act on exactly one text. A correction is a further act that names the one it takes the place of."""

    class Body(models.TextChoices):
        EXECUTIVE = "executive", _("executive (giunta)")
        COUNCIL = "council", _("council")
        BOARD = "board", _("board of directors")
        MANAGER = "manager", _("manager")
        ASSEMBLY = "assembly", _("assembly")
        OTHER = "other", _("another body")

    class Effect(models.TextChoices):
        AT_ONCE = "at_once", _("at once: voted immediately executable (TUEL art. 134 c. 4)")
        AFTER_POSTING = "after_posting", _("after posting on the notice board (TUEL art. 134 c. 3)")
        ON_ITS_DATE = "on_its_date", _("on its date: private bodies, managers’ acts")

    party = models.ForeignKey(Party, models.PROTECT, related_name="acts")
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="superseded_by", verbose_name=_("corrects")
    )
    body_kind = models.CharField(_("body"), max_length=10, choices=Body)
    body_label = models.CharField(_("name of the body"), max_length=150, blank=True)
    act_type = models.CharField(_("kind of act"), max_length=100)
    number = models.CharField(_("number"), max_length=50)
    adopted_on = models.DateField(_("date of the act"))
    effect = models.CharField(_("takes effect"), max_length=13, choices=Effect)
    posted_on = models.DateField(_("posted on"), null=True)
    certified_on = models.DateField(_("effective on, as certified"), null=True)
    signatory = models.ForeignKey(Mandate, models.PROTECT, related_name="acts", verbose_name=_("signatory named"))
    text_sha256 = models.CharField(_("hash of the text approved"), max_length=64)
    schema_sha256 = models.CharField(_("hash of the schema"), max_length=64)
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    on_behalf = models.BooleanField(_("recorded by the organisers on its behalf"))
    recorded_at = models.DateTimeField(default=timezone.now)

    objects = ApprovalActQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval act")
        verbose_name_plural = _("approval acts")
        constraints = (
            models.UniqueConstraint(
                fields=("party", "text_sha256"), condition=Q(supersedes__isnull=True), name="approval_act_once_per_text"
            ),
            models.CheckConstraint(
                condition=~Q(body_kind="other") | ~Q(body_label=""), name="approval_act_names_another_body"
            ),
            models.CheckConstraint(
                condition=Q(posted_on__isnull=True) | Q(effect="after_posting"),
                name="approval_act_posted_where_it_counts",
            ),
            models.CheckConstraint(
                condition=Q(posted_on__isnull=True) | Q(posted_on__gte=models.F("adopted_on")),
                name="approval_act_posted_after_adoption",
            ),
            models.CheckConstraint(
                condition=Q(certified_on__isnull=True) | Q(certified_on__gte=models.F("adopted_on")),
                name="approval_act_effective_after_adoption",
            ),
        )

    def __str__(self) -> str:
        return f"{self.body}, {self.act_type} {self.number}"

    @property
    def body(self) -> str:
        """The body as it is called."""
        return self.body_label or str(self.get_body_kind_display())

    @property
    def effective_on(self) -> date | None:
        """The first day of effect; None while it waits to be posted."""
        return posting.effective_on(
            effect=self.effect, adopted_on=self.adopted_on, posted_on=self.posted_on, certified_on=self.certified_on
        )

    @property
    def posted_until(self) -> date | None:
        """The last day on the notice board."""
        return posting.last_day_posted(self.posted_on) if self.posted_on else None

    def is_effective(self, today: date) -> bool:
        """Whether it has taken effect by a day in Rome."""
        day = self.effective_on
        return day is not None and day <= today


class Objection(models.Model):
    """A body's answer that is no approval: it asks for changes, or refuses, and says why."""

    class Kind(models.TextChoices):
        CHANGES = "changes", _("asks for changes")
        REFUSAL = "refusal", _("refuses")

    party = models.ForeignKey(Party, models.PROTECT, related_name="objections")
    schema = models.ForeignKey(FinalSchema, models.PROTECT, related_name="objections")
    kind = models.CharField(_("answer"), max_length=10, choices=Kind)
    body_label = models.CharField(_("body"), max_length=150)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    on_behalf = models.BooleanField(_("recorded by the organisers on its behalf"))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")

    def __str__(self) -> str:
        return f"{self.party}: {self.get_kind_display()}"


class NonSubstantialChange(models.Model):
    """A named person's word that the text differs from the approved one in nothing of substance for their party."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="declarations")
    from_sha256 = models.CharField(_("from the text"), max_length=64)
    to_sha256 = models.CharField(_("to the text"), max_length=64)
    declared_by = models.CharField(_("name"), max_length=150)
    office_held = models.CharField(_("office held"), max_length=150)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("declared difference")
        verbose_name_plural = _("declared differences")
        constraints = (
            models.UniqueConstraint(
                fields=("party", "from_sha256", "to_sha256"), name="non_substantial_change_declared_once"
            ),
            models.CheckConstraint(
                condition=~Q(from_sha256=models.F("to_sha256")), name="non_substantial_change_between_two_texts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.party}: {self.declared_by}"
