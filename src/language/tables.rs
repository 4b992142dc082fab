//! How programs, messages and prose are written, as pairs of characters and as words. Made by tools/language.py.

/// For each pair of symbols, 8 * log2 of how much likelier it is in language than in a random token.
#[rustfmt::skip]
pub(super) const PAIRS: [[i8; 29]; 29] = [
    [-10, -2, 9, 6, -30, -18, 3, -29, 1, -24, -15, 13, 6, 15, -26, 1, -38, 18, 10, 17, -1, -10, -20, -25, -9, -14, -55, 16, -54],
    [18, -11, -20, -25, 21, -48, -29, -20, 13, -5, -35, 17, -20, -29, 17, -29, -48, 16, 1, -18, 12, -48, -48, -48, 1, -48, -40, 1, -40],
    [16, -60, -2, -60, 17, -60, -47, 20, 7, -32, 5, 4, -35, -41, 23, -32, -47, 6, -19, 12, 3, -41, -47, -47, -14, -9, -57, 5, -43],
    [15, -20, -31, -6, 25, -46, -27, -58, 15, -46, -31, -3, -33, -25, 12, -24, -58, 2, -10, -25, 3, -46, -31, -58, -12, -11, -49, 26, -23],
    [1, -15, 4, 5, -8, -8, -8, -27, -6, -28, -15, 4, 1, 17, -25, -7, -19, 21, 11, 6, -11, -9, -18, -4, -12, -21, -60, 24, -25],
    [16, -48, -29, -23, 18, 8, -35, -48, 25, -48, -35, 6, -35, -20, 18, -35, -48, 11, -9, -2, 7, -48, -48, -48, -10, -48, -45, 12, -48],
    [10, -39, -51, -29, 25, -39, 1, 0, 13, -51, -51, 4, -24, 4, 7, -29, -51, 13, -5, -12, 7, -39, -39, -51, -26, -33, -47, 23, -31],
    [21, -32, -32, -38, 24, -50, -50, -50, 13, -50, -50, -10, -18, -12, 19, -32, -38, 4, -18, 9, 1, -50, -19, -50, -24, -50, -39, 19, -26],
    [5, -12, 10, 5, 13, -7, 4, -42, -65, -11, -19, 9, 5, 22, 14, -9, -30, 8, 10, 12, -25, -3, -52, -16, -65, -5, -73, -1, -64],
    [22, -33, -21, 3, 24, -11, -21, -33, -15, -33, 6, -33, -33, -6, 21, -15, -33, -33, 11, -21, 14, -15, -11, -33, -33, -11, -60, 9, -61],
    [12, -23, -20, -33, 28, -20, -27, -45, 11, -45, -13, 0, -33, -7, 11, -33, -45, -2, -5, -11, -1, -45, -16, -45, -23, -45, -42, 26, -25],
    [17, -20, -23, 1, 24, -22, -25, -14, 18, -60, -15, 12, -22, -26, 16, -26, -42, -38, -8, -1, 6, -18, -42, -60, -5, -35, -57, 18, -31],
    [23, 4, -37, -22, 26, -55, -55, -55, 13, -55, -37, -14, 0, -10, 16, 13, -43, -43, -11, -24, 1, -55, -55, -55, -20, -55, -51, 14, -37],
    [11, -37, 6, 13, 13, -9, 10, -18, 5, -30, -12, -22, -27, -5, 7, -28, -33, -52, 6, 20, -3, -10, -43, -64, -14, -21, -57, 23, -29],
    [-9, -6, 2, 4, -9, -9, -5, -32, -3, -22, -2, 7, 5, 20, -1, 1, -54, 19, 2, 2, 10, -7, -2, -25, -25, -24, -67, 21, -46],
    [22, -38, -31, -17, 19, -31, -38, -11, 8, -57, -34, 12, -38, -44, 18, 4, -57, 19, -9, 4, 2, -38, -57, -44, -16, -57, -42, 11, -33],
    [-29, -29, -29, -29, -29, -29, -29, -29, -29, -29, -29, 1, -29, -29, -29, -16, -29, -29, -29, -16, 40, -29, -29, -29, -29, -29, -33, -16, -56],
    [14, -24, -6, 3, 23, -22, -11, -40, 11, -49, -12, -14, -6, -8, 15, -28, -37, -2, -1, 5, -6, -8, -35, -67, -1, -13, -60, 24, -33],
    [6, -45, 7, -28, 21, -34, -38, 0, 10, -51, -15, -9, -21, -21, 8, 2, -22, -36, 12, 21, 2, -36, -4, -63, -14, -15, -51, 22, -36],
    [15, -44, -13, -35, 23, -30, -44, 5, 15, -53, -35, -18, -25, -37, 15, -19, -66, 12, -6, 0, -4, -44, -21, -53, -2, -32, -48, 23, -23],
    [3, 0, 4, -1, 15, -8, -4, -34, 8, -25, -21, 8, 8, 17, -13, 6, -57, 17, 13, 16, -23, -9, -16, -17, -34, -20, -58, -5, -71],
    [22, -46, -46, -46, 31, -46, -28, -46, 22, -46, -46, -11, -46, -46, 15, -34, -46, -1, -46, -46, -14, -28, -46, -46, -34, -46, -36, -3, -44],
    [20, -27, -21, -21, 18, -43, -31, 0, 20, -43, -43, -16, -43, 5, 23, -43, -43, 5, 5, -14, -18, -43, -43, -43, -5, -43, -51, 17, -29],
    [2, -33, 12, -33, 10, -33, -33, -33, 13, -33, -33, -33, -8, -33, -15, 17, -33, -33, -33, 26, -33, -33, -33, -20, 0, -33, -32, 23, -20],
    [-10, -13, -4, -15, 1, -45, -32, -45, -22, -19, -13, -9, -7, 1, -6, 9, -45, -26, 4, -1, -22, -45, -13, -45, -45, -26, -42, 35, -15],
    [20, -27, -10, -14, 26, -40, -21, -40, 17, -40, -6, -12, -27, -4, 13, -27, -27, -40, -40, -8, 4, -40, -2, -40, 11, -2, -66, 16, -54],
    [-27, -22, -27, -12, -27, -40, -22, -22, -27, -27, -22, -40, -11, -18, -27, -22, -40, -27, -15, -18, -40, -40, -40, -22, -27, -40, 5, 33, -68],
    [8, 4, 12, 8, 4, 5, 0, -1, 2, -11, -3, 5, 7, 2, 1, 13, -15, 8, 15, 8, -4, 1, 0, -37, -28, -12, -40, -75, -102],
    [5, 4, 15, 4, 9, 7, -16, 2, 7, -21, -13, 4, 9, -2, 3, 11, -13, 7, 17, 11, -3, 0, -8, -38, -50, -32, -77, -50, -78],
];

/// Words of five letters and more that are common in programs and messages, sorted.
#[rustfmt::skip]
pub(crate) const WORDS: &str = "\
abort about above absent absolute abstract abstractmethod accept accepted access according account accounts \
across action actions activate active activity actual actually adapter added adding addition additional \
address addresses admin administrator advice affinity after again against agent aggregate ahead aiohttp \
algorithm alias align alive allocate allocated allow allowed allows almost alone along already alter \
alternative although always amount analysis analytics angle animation annotation annotations another answer \
anything append application applied apply approach approved archive archived argparse argument arguments \
around array article artifact asdict assert assign assigned associated assume async atomic attach attachment \
attempt attempts attention attribute attributes attrs audience audio audit authenticate authenticated \
authentication author authority authorization authorize authorized automatic automatically autowired \
availability available average avoid await axios azurerm backend background backoff backup balance balancer \
banner based basename basic batch bearer because become before begin beginning behavior behind being below \
benchmark better between bigint billing binary binding birth bitmask blank block blocked blocking blueprint \
board booking boolean bootstrap border borrow bottom bound boundaries boundary bounding bounds branch branches \
brand breadcrumb bridge brief broadcast broken broker browser bucket budget buffer buffered buffers bufio \
build builder building built bundle business button bytes cache cached calculate calendar callable callback \
called caller calling calloc calls campaign cancel cancellation cancelled candidate cannot canvas capabilities \
capacity caption captor capture cargo cascade cases catchup category cause causes celery center certain \
certificate chain change changed changes channel chapter character characters charge chart check checkbox \
checked checkout checkpoint checks checksum child children chmod choice choices choose chosen chown chunk \
chunks cipher claim class classes clause clean cleaned cleanup clear click client clients clientset clipboard \
clock clone cloned close closeable closed closer closes closing cluster coalesce cobra codec codes cohort \
collapse collapsible collect collection collections color column columns combine command comment comments \
commission commit commits common community companion company comparable comparator compare comparison \
compatibility compatible compile compiled compiler completable complete completed completion component \
components compose compress compression compute computed computer concat concurrent condition conditional \
config configuration configure configured confirm confirmation conflict connect connected connection \
connections connector consider consistent console const constant constants constraint construct constructor \
consumer contact contain container containers contains content contents context contextmanager continue \
contract control controlled controller conversion convert converted converter cookie cookies coordinate copied \
corev coroutine correct correctly corresponding could count counter country counts coupon course cover crate \
create created creates creating creation creator creators credential credentials credit criteria critical \
cross crypto currency current currently cursor custom customer customers cycle daily dashboard database \
dataclass dataframe dataset dates datetime deadline debounce debug debugf decay decide decimal decode decoder \
decorator decrypt decrypted default defaultdict defaults defer define defined definition delay delegate \
delegating delete deleted deletion delimiter deliver delivery delta demand dense department depend \
dependencies dependency depends deploy deployment deprecated depth deque deref descending describe description \
descriptor deserialize design desired desktop destination destroy destructure detail details detect detected \
detection determine developer development device devices diagram dialog dictionary difference differences \
different digest digit digital digits dimension direct direction directly directories directory dirname dirty \
disable disabled discard discount discover dispatch dispatcher display disposable distance distinct \
distribution division django docker docstring document documentation documents domain double download draft \
driven driver dropdown dtype dummy duplicate duplicates duration during dynamic earlier early editor effect \
effective either election element elements email emails embed embedded emitter employee empty enable enabled \
encode encoded encoder encoding encrypt encrypted encryption endif endpoint endpoints endswith engine enough \
ensure enter entered entire entity entries entry entrypoint enumerate environ environment epochs epoll equal \
equals errexit errno error errorf errors escape eslint estimate evaluate evaluator event events every \
everything exactly example examples exceeded except exception exchange exclude excluded executable execute \
executed execution executor exist existing exists expand expect expected expense expiration expired expires \
expiry explain explicit explicitly export exported expose express expression expressions extend extended \
extends extension extern external extra extract facade factor factory failed fails failure fallback false \
family fatal fatalf favorite fclose feature features federation feedback fetch fetching fetchone field fields \
figure filename filepath files filesystem fillna filter filters final finalizer finally finance finding \
finditer finish finished firestore first fiscal fixed fixture flags flask flight float floor flush focus \
folder follow following follows footer fopen force foreach foreign forget forgot format formats formatted \
formatter formik forward found fprintf fraction fragment frame frames framework frequency freshness frontend \
frozenset fsnotify fully function functional functionality functions functools further future garbage gateway \
general generate generated generator generic getattr getenv getopt getopts getter gevent github gitlab given \
global goarch gofmt gomod google gopath goroutine graceful gradle granted graph graphic graphics graphql \
greater greatest gross group groupby groups growth guarantee guard guess guide gunicorn handle handled handler \
handlers handles handling happen hardware hashed having header headers heading health healthcheck height \
helper heredoc hibernate hidden hierarchy higher highlight hints history hoist holder hosted hosting hostname \
hosts hourly hours hover however https human icons identical identifier identity iface ifdef ignore ignored \
ilike illegal image images immediately immutable implement implementation implemented implements import \
important imported impossible improve inbound include included includes including incoming incorrect increase \
increment incremental indent index indexes indicate indicator indices individual industry infinite inflater \
information informer ingest ingestion ingress inherit initial initialization initialize initialized inject \
injection inline inner input inputs insecure insensitive insert inserted inside inspect install installed \
installment instance instanceof instances instead instruction integer integration integrity intended intent \
interaction interactive interceptor interface interfaces internal internals interrupted intersect intersection \
interval invalid invalidate inventory invite invocation invoice invoke ioctl ioutil isinstance islice isolated \
issubclass issue issuer issues items iterable iterate iteration iterator itertools itself jackson javascript \
jinja journal jsonb jsonify kafka keepalive kernel keyboard keydown keystore keyword keywords kmalloc known \
kubeconfig kubelet kubernetes kustomization kwargs label labels lambda landing language large larger lasts \
latch lateinit later lateral latest launch layer layers layout leader leading learn learning lease least leave \
ledger legacy length lengths letter letters level levels libgit library license lifecycle lifetime light \
likely limit limited limiter limits linear lines linked linkname links listen listener lists literal literals \
little liveness loaded loader loading local locale locales localhost location locked lodash logged logger \
logging logic login logins logout logrus longer looking lookup lossy lower loyalty machine macro mailbox \
maintain maintenance major maker makes making malloc manage managed management manager manifest manual mapped \
mapper mapping margin marker market marketing marshal master match matched matcher matches matching material \
materialized matrix maven maximum maybe meaning means measure media medium member members memcpy memoized \
memory memset merchant merge message messages metadata method methods metric metrics microtask middle \
middleware might migrate migration migrations million millis minimal minimum minor minute minutes mirror \
mismatch missing mkdir mktemp mnemonic mobile mockito modal model models modern modified modifier modify \
module modules moment mongo mongoose monitor monitoring monkeypatch month monthly mount mounted mounts mouse \
moved multi multipart multiple mutable mutate mutation mutex mysql named namedtuple nameof names namespace \
namespaced native navigate navigation ndarray nearest necessary needed needs negative neither nested network \
networks never newline newly newsletter nextval nobody nodes nohup normal normalize normally notebook notes \
nothing notice notification notifications notify ntile nullable nullif number numbers numeric numpy oauth \
object objects observable observe observer obtain occurred occurs offer office offline offset offsets often \
older onboarding online opened opening operation operations operator opportunity optimize optimizer option \
optional options order ordered orders ordinary organization origin original origins other others otherwise \
outer output outside overflow overlays override overrides overview owned owner package packages packet padded \
padding pages pagination pairs pandas panel panic parallel param parameter parameterized parameters \
parametrize params parent parents parse parsed parser parsing partial participant particular partition \
partitions partner parts party passed passes passing passphrase passport password passwords paste patch \
pathname paths pattern patterns pause payload payment payments payroll peekable pending people percent \
percentage percentile perform performance performed period permission permissions permit perror persist \
persistence persistent person personal phase phone photo phrase picker pickle picture pivot pixel place \
placeholder plain platform playback player please plugin plugins point pointer points policies policy popup \
portal ports position positive possible possibly postal posted postgres power practice preceding precision \
preference preferences prefetch prefix prefixed premium prepare prepared present preserve preset press pretty \
prevent preview previous price prices pricing primary print printed printer printf printk println prior \
priority privacy private probably probe problem procedure process processed processes processing processor \
procs produce producer product production products profile profiles profit program programs progress project \
projects promise promoter promotion prompt propagation properties property props protect protected proto \
protobuf protocol prototype provide provided provider providers provides proxies proxy pthread public publish \
publishable published publisher purchase purge purpose pydantic pytest quantity quarter queries query queryset \
question queue queued quick quickly quiet quota quote quoted radio radius raise raises random range ranges \
rather rating ratio reach reached react reactive readable reader readiness reading readonly reads ready \
realloc really reason reasons receipt receive received receiver recent recipe recipient recommend reconcile \
record recorder records recover recovery recurring recursive recycler redirect redis reduce reducer reducers \
reentrant refer reference references referral reflect reflection refresh refund refuse refused regex regexp \
region register registered registration registry regular reified reject rejected rejection related relation \
relative release released relevant reliable reload remain remaining remember reminder remote remove removed \
removes rename render rendered renew renewal repair repeat replace replaced replacement replica replicas \
replication reply report reporting reports repository represent representation request requested requests \
requeue require required requirement requires reserve reserved reset resize resolve resolved resolver resource \
resources response responses restart restore restrict restricted result results resume retain retention \
retries retrieve retry retryable return returned returning returns revenue reverse review revision revoke \
revoked rewrite right rights rollback rolling rotate rotation round route router routes routing rsync rules \
running runtime rustc safely safety salary sales sample samples sandbox sanitize saturating saved savepoint \
scale scanln scanner schedule scheduled scheduler schema scheme scikit scope scoped scopes score screen script \
scripts scroll sealed search searches second secondary seconds secret secrets section sections secure security \
seeds segment select selected selection selector seller semantic semaphore sender sense sensitive sensor \
sentence sentry separate separator sequelize sequence serde serial serializable serialize serializer series \
serve server servers service services servlet session sessions setattr setenv setter setting settings settled \
settlement setup setval several severity shaking shallow shape share shared sheet shell shift shipment shipped \
shipping shopping short should shown shows shuffle shutdown shutil sidebar signal signature signed signer \
significant signing signup silent similar similarity simple simply since single singleton sizeof skipped slash \
sleep slice slider slots small smallint smooth snack snapshot sneaky social socket software somebody something \
sometimes sorted source sources space spaces spark spawn special specific specified specify speed spend spent \
spinner split splitting spread spring sprintf sqlalchemy squared squares stable stack staff stage staging \
standard standby start started starting starts startswith startup state stateful statement states static \
staticmethod statics statistics stats status stderr stdin stdout steps sticky still stock storage store stored \
stores story strategy strcmp strconv stream streams street strength strict string stringify strings strip \
strlen strncpy stroke strong struct structure structured student style styled subject submit submodule \
subscribe subscriber subscription subset substring subtract success successful suffix suggest suite summary \
super supplier support supported supports suppress surface survey suspend switch symbol symbols synchronize \
syntax system systems table tables taken takes target targets teams telemetry template templates temporary \
tenant tenants terminal terms testing tests thank their theme themselves there therefore these thing things \
think third those though thread threads three threshold through throughput throw throws thumbnail ticket \
tickets timeout timer times timestamp title today together toggle token tokens tolerance tolerations tooltip \
topic topics total totals touch trace track tracker tracking trade traffic trailing training transaction \
transactions transfer transform transient transition translate translation transport treated trigger triggered \
trusted truth trying tuple twelve twice typed types typically unable unauthorized unchanged undefined under \
understand unexpected unicode union unique units universal unknown unless unlimited unlock until unused update \
updated updates updating upgrade upload upper usage useful username users using usually utility valid validate \
validated validation validator value values variable variables variant variants various vault vector vendor \
verbose verification verified verify version versions video viewer virtual visible visit visitor visual volume \
waiting wallet wanted warehouse warning warnings watch webhook website weekly weight where whether which while \
whole whose widget width wildcard window windows within without words worker workers workflow working works \
workspace world would wrapper write writer writes writing written wrong yearly years yesterday yield";
