"""The model text of the real case: the protocol between the association and three municipalities, four parties."""

from datetime import timedelta

from django.utils import timezone

from agreements import services
from agreements.models import Agreement, Party
from agreements.services import Draft
from organisations.models import Organisation, User

SLUG = "protocollo-socialneet"
PARTIES = [
    ("Confartigianato Imprese Terni", Party.Kind.PRIVATE),
    ("Comune di Terni", Party.Kind.PUBLIC),
    ("Comune di Orvieto", Party.Kind.PUBLIC),
    ("Comune di Narni", Party.Kind.PUBLIC),
]
TITLES = {
    "it": "Protocollo d’intesa per azioni comuni a favore dei giovani NEET",
    "en": "Protocol of understanding for joint actions for young people not in work or study",
}
SUMMARIES = {
    "it": "Confartigianato Imprese Terni e i Comuni di Terni, Orvieto e Narni lavorano insieme, per due anni, contro la "
    "disoccupazione giovanile e per nuove imprese sociali.",
    "en": "Confartigianato Imprese Terni and the municipalities of Terni, Orvieto and Narni work together, for two "
    "years, against youth unemployment and for new social enterprises.",
}
ARTICLES = [
    Draft(
        "Premesse",
        "Il progetto SOCIALNEET, sostenuto dal Fondo per l’occupazione giovanile dello Spazio economico europeo e della "
        "Norvegia (indice 2017-1-351), contrasta la disoccupazione dei giovani che non studiano, non lavorano e non "
        "seguono una formazione.\n\nLe parti riconoscono che le organizzazioni della società civile e le imprese sociali "
        "possono aprire a questi giovani strade nuove, e che per riuscirci occorre conoscersi e lavorare insieme.",
    ),
    Draft(
        "Oggetto",
        "Con questo protocollo le parti si impegnano a realizzare azioni comuni a favore dei giovani NEET nei territori "
        "di Terni, Orvieto e Narni. Le premesse ne sono parte integrante.",
    ),
    Draft(
        "Finalità",
        "Le parti perseguono tre finalità:\n\n- sensibilizzare istituzioni, imprese e cittadini sulla disoccupazione "
        "giovanile;\n- misurare il capitale sociale locale e le risorse inutilizzate, per sapere quanto le "
        "organizzazioni della società civile collaborano fra loro e con gli enti pubblici;\n- trovare nuove soluzioni di "
        "impresa sociale, in particolare nel turismo, nella cultura, nella salute e nell’agroalimentare.",
    ),
    Draft(
        "Impegni dell’associazione",
        "L’associazione coordina le attività, tiene aperto il punto d’incontro presso la propria sede, offre ai giovani "
        "ascolto e orientamento e comunica ai Comuni i risultati in forma aggregata.",
    ),
    Draft(
        "Impegni dei Comuni",
        "I Comuni indicano un referente, fanno conoscere il punto d’incontro attraverso i propri servizi e mettono a "
        "disposizione, nei limiti della legge, i dati su spazi, edifici e attrezzature inutilizzati.",
    ),
    Draft(
        "Azioni comuni",
        "Le parti programmano insieme, almeno due volte l’anno, incontri con gli enti del territorio, gruppi di "
        "discussione e iniziative pubbliche. Ogni azione ha un responsabile, una scadenza e un resoconto.",
    ),
    Draft(
        "Risorse",
        "Il protocollo non comporta oneri a carico dei bilanci delle parti. Eventuali impegni di spesa sono assunti con "
        "atti separati, secondo le regole di ciascuna parte.",
    ),
    Draft(
        "Protezione dei dati personali",
        "Ciascuna parte tratta i dati personali come titolare autonomo, per le sole finalità del protocollo e nel "
        "rispetto del regolamento (UE) 2016/679.",
    ),
    Draft(
        "Durata e adesione di altri enti",
        "Il protocollo dura due anni dalla conclusione e può essere rinnovato per iscritto. Altri enti possono aderire, "
        "con il consenso delle parti, mediante un atto che richiama questo testo.",
    ),
    Draft(
        "Disposizioni finali",
        "Ciascuna parte può recedere con preavviso scritto di trenta giorni. Per quanto non previsto si applicano le "
        "leggi vigenti.",
    ),
]


class PartiesMissing(Exception):
    """Organisations of the case that are not in the directory; the message names them."""


def _parties() -> list[tuple[Organisation, str]]:
    known = {o.name: o for o in Organisation.objects.filter(name__in=[name for name, _kind in PARTIES])}
    missing = [name for name, _kind in PARTIES if name not in known]
    if missing:
        raise PartiesMissing(", ".join(missing))
    return [(known[name], kind) for name, kind in PARTIES]


def new_from_model(*, by: User, slug: str) -> Agreement:
    """A new draft from the model text. Raises PartiesMissing, services.AlreadyDone."""
    return services.create(
        slug=slug, titles=TITLES, summaries=SUMMARIES, organisations=_parties(), articles=ARTICLES, by=by
    )


def load_demo_agreement(*, by: User) -> Agreement:
    """The demo's protocol: shared with its parties and on the public register. Idempotent."""
    existing = Agreement.objects.filter(slug=SLUG).first()
    if existing:
        return existing
    agreement = new_from_model(by=by, slug=SLUG)
    services.share(agreement=agreement, closes_at=timezone.now() + timedelta(days=21), by=by)
    return services.publish(agreement=agreement, by=by)
