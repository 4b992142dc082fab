//! How programs and their comments are written, as pairs of characters and as words. Made by tools/language.py.

/// For each pair of symbols, 8 * log2 of how much likelier it is in language than in a random token.
#[rustfmt::skip]
pub(super) const PAIRS: [[i8; 29]; 29] = [
    [-13, 1, 11, 8, -11, -7, -1, -37, -5, -41, -18, 16, 3, 9, -54, 3, -60, 15, 9, 20, -8, -17, -20, -14, -12, -35, -10, 5, -72],
    [13, 2, 4, 0, 9, -1, -20, -58, 5, -2, -64, 11, -8, -41, -1, -31, -55, -1, -4, -20, 8, -46, -42, -59, 0, -58, 1, 15, -50],
    [12, -1, -2, -6, 11, -7, -52, 16, -8, -70, 10, 5, -14, -29, 18, -9, -43, 8, -18, 10, -3, -43, -45, -51, -26, -59, -7, 11, -57],
    [7, 0, -4, 2, 22, -3, -31, -46, 13, -46, -69, -9, -27, -32, -2, -31, -66, -14, -6, -19, -6, -20, -32, -19, -22, -67, -5, 27, -40],
    [6, -11, 6, 9, -1, 1, -16, -37, -25, -42, -45, -4, -2, 12, -26, -6, -14, 18, 10, 6, -31, -12, -15, 2, -25, -58, -14, 24, -38],
    [8, -3, -3, 0, 8, 14, -30, -56, 19, -91, -68, 7, -29, -16, 6, -39, -68, 6, 0, -8, -7, -65, -30, -45, -19, -59, -2, 17, -48],
    [-8, -30, -33, -46, 19, -36, -20, -7, 31, -87, -58, -8, -18, 2, -9, -33, -69, 4, 1, -7, -9, -45, -37, -69, -30, -18, -52, 25, -43],
    [21, -39, -28, -28, 23, -31, -37, -27, 7, -61, -38, -21, -9, -35, 9, -23, -56, -4, -3, 16, 0, -36, -54, -66, -23, -64, -39, 27, -38],
    [-2, -9, 3, 6, -4, 0, 3, -49, -26, -60, -33, 8, -1, 25, 8, -12, -50, 0, 8, 26, -48, -7, -64, -12, -70, 1, -49, -7, -68],
    [3, -27, -21, -30, 35, -39, -26, -22, 14, -52, -9, -30, -52, -35, 14, -39, -26, -31, -7, -52, 6, -39, -39, -27, -39, -52, -34, 13, -43],
    [-5, -4, -11, -2, 25, -11, -27, -24, 11, -61, -53, -19, -26, -5, 4, -19, -39, -16, 7, 5, -2, -30, -27, -55, -30, -46, -44, 30, -34],
    [12, -17, -26, -1, 22, -13, -28, 2, 18, -74, -21, 14, -12, -31, 15, -9, -80, -34, -3, 4, 5, -25, -34, -55, 2, -53, -54, 19, -51],
    [23, -2, -17, -11, 23, -29, -52, -46, 16, -63, -22, -20, 9, -34, 14, 14, -74, -27, -7, -22, 0, -47, -22, -60, -22, -47, -40, 16, -49],
    [11, -32, 7, 14, 12, 1, 14, -15, 5, -56, -7, -12, -23, -12, 6, -21, -42, -25, 10, 19, -7, -6, -33, -63, -18, -48, -43, 21, -46],
    [-13, -1, 2, 6, -33, -7, -9, -49, -3, -36, -4, 1, 12, 22, -1, 11, -63, 21, 6, 5, 9, -6, 0, -20, -40, -60, -54, 8, -51],
    [21, -38, 4, -7, 15, -27, -36, -9, -2, -71, -21, 8, -42, -34, 12, 1, -35, 14, -6, 14, -1, -36, -44, -47, -15, -55, -53, 23, -46],
    [-13, -15, -3, -25, -37, -30, -32, -30, -29, -33, -37, -20, -32, -43, -30, -37, -29, -19, -1, -30, 36, -26, -28, -43, -39, -25, -33, 25, -33],
    [12, -30, -5, -7, 26, -24, -2, -43, 12, -69, -14, -9, -7, 1, 10, -23, -67, 4, 6, 7, -10, -21, -22, -67, 3, -57, -43, 21, -49],
    [-5, -38, -3, -28, 19, -29, -30, 8, 12, -53, -14, -9, -17, -28, -6, 3, -39, -21, 9, 22, 3, -46, -28, -56, -11, -40, -52, 27, -48],
    [11, -42, -4, -24, 19, -15, -43, 6, 11, -79, -48, -13, -26, -41, 6, 0, -63, 14, -2, 4, -5, -44, -34, -27, -5, -56, -43, 28, -43],
    [-6, 7, 6, -1, 10, 5, -9, -55, 3, -53, -46, 11, 4, 19, -23, 11, -58, 14, 15, 18, -37, -56, -58, -27, -53, -41, -39, -1, -62],
    [26, -51, -30, -32, 32, -36, -32, -48, 14, -61, -74, -36, -21, -41, 7, -15, -55, -30, -10, -28, -48, -39, -10, -25, -40, -55, -38, 12, -53],
    [14, -27, -17, 0, 5, -31, -51, 4, 23, -38, -55, -4, -24, 9, 15, -31, -51, 17, 0, -9, -38, -46, -28, -37, -49, -61, -43, 23, -35],
    [7, 6, 8, 8, 9, 6, -69, -44, -14, -91, -91, -40, -41, -59, -39, -9, -68, -57, -32, 4, -48, -62, -45, -19, -20, -57, 7, 12, -44],
    [-24, -11, -15, -38, -14, -33, -38, -63, -7, -57, -57, -5, -2, -2, -16, 16, -63, -21, 7, 9, -43, -40, -33, -46, -21, -21, -60, 36, -27],
    [3, -23, -14, -18, 36, -17, -25, -26, 0, -41, -64, -4, -21, -51, -9, -21, -27, -27, -3, -27, -24, -39, -22, -36, -8, -5, -41, 19, -36],
    [2, 2, 2, 2, 2, 2, -69, -64, -56, -82, -68, -64, -75, -64, -81, -61, -74, -49, -56, -63, -32, -66, -66, -61, -70, -70, 10, 17, -127],
    [3, 0, 11, 3, 2, 4, 10, -2, 8, -36, -24, 3, 2, 3, 4, 7, -30, 5, 13, 2, -2, -9, -4, 19, -41, -24, -44, -2, -127],
    [6, 6, 10, 4, 10, 9, -10, 4, 11, -29, -5, 2, 7, -3, 5, 7, -22, 4, 16, 7, -2, 8, -3, -18, -37, -12, -96, -70, -97],
];

/// Words of five letters and more that are common in programs, sorted.
#[rustfmt::skip]
pub(super) const WORDS: &str = "\
abort about above absolute accept accepts access according account acquire across action active actual \
actually added adding addition additional address advance advised after again against ahead algorithm align \
alloc allocate allocated allocation allow allowed allows almost along already alternative alternatively \
although always ambiguous amount ancestor anchored annotated another anything anyway appear appears append \
application applied applies apply approach appropriate arbitrary argument arguments arising around array ascii \
assert assertion assertions associated assume assumes assuming atomic attempt attribute attributes \
authentication author automata automatically automaton available avoid avoids aware backend based basic \
because become before begin beginning behavior behind being below better between beyond bigger binary binding \
blobs block blocks boolean borrow borrowed bound boundaries boundary bounds boxed branch branches break brief \
buffer build builder building builds built builtin business byindex bytes cache cached callback callbacks \
called caller callers calling calloc calls cambridge candidate candidates cannot canonical capabilities \
capacity capture captures capturing cases cause caused certain certificate chain change changed changes \
character characters chars check checked checking checkout checks child choice choose chosen chunk class \
classes clean cleanup clear client clone close closed closure codepoint codes collect combination comes \
command comment comments commit commits committer common compare comparison compatibility compatible \
compilation compile compiled compiler compiling complete completed completely complexity component components \
compression compute computed computing condition conditional conditions config configuration configure \
configured conflict conflicts connect connection consequential consider considered consistent const constant \
constants construct constructed constructing construction constructor consume contain contained containing \
contains content contents context contiguous continue contract contributors control convenience convenient \
conversion convert converted converting converts copied copies copying copyright correct correctly correspond \
corresponding corresponds could count counting course crate create created creates creating creation \
credential credentials ctype current currently custom damage damages database dealing debug debugging decode \
default defaults defgroup define defined defines definition definitions delete deleted delta deltas dense \
depending depends deprecate deprecated depth deref derive derived described description deserialize detach \
details detect detected detection determine determined difference differences different digit direct direction \
directly directories directory disable disabled disclaimed disclaimer display dispose distinct distributed \
distribution documentation doesn doing domain double dummy duplicate during dword dynamic earlier early \
eexists effect efficient einvalidspec either element elements email empty enable enabled encode encoded \
encoding ended endif endorse engine engines enotfound enough ensure ensures entire entirely entries entry \
entrycount enumerate environment equal equivalent errno error errors escape event every everything exact \
exactly example examples except exception exclude executable execute execution exemplary exist existing exists \
expand expect expected experimental explicit explicitly express expression expressions extend extended \
extension extern external extra extract failed fails failure fallback false faster feature features fetch \
field fields figure filemode filename files filesystem filled filter filters final finally finding finds \
finish finite first fitness fixed flags flush folder follow followed following follows force foreach format \
formatter former forms forward found freed fromstr fully function functionality functions further futils \
future general generally generate generated generic github given gives global going goods graph greater group \
groups guarantee guaranteed guarantees guard handle handled handles handling happen happens hashmap haven \
having haystack hazel header headers heads helper heuristic hexsize hidden higher highest holders however \
https human hybrid ident identical identifier ifdef ifndef ignore ignored immediately impact implement \
implementation implemented implements implied implies important impossible incidental include included \
includes including inclusive incorrect increase indeed index indexer indicate indicates indicating indices \
indirect individual information ingroup initial initialization initialize initialized initializes inline inner \
input insert inserted inside instance instead integer intended interface internal internally interruption \
invalid invoke isdir isize issue issues items iterate iterating iteration iterator iterators iterover itself \
joinpath keeping known label language large larger later latter leading least leave leftmost length lengths \
level liability liable libgit library license licenses lifetime likely limit limited limits lines linked \
linking lists literal literals little loaded local location locked logic longer looked looking looks lookup \
loose lower machine macro macros major makes making malloc manually mapping marked marker match matched \
matcher matches matching materials matter maximum maybe meaning means meant mechanism memchr memcmp memcpy \
memory memset merge message messages method methods middle might minimal minimum minor mismatch missing modes \
modification modified modify module moreover moved multi multiple mutable mutex named namely names namespace \
native necessarily necessary needed needle needles needs negative negligence negotiate neither network never \
newline newly newtype normal normalize normally nothing notice number numbers object objects occur occurred \
occurrence occurrences occurs offset offsets often opaque openssl operation operations optimization optimize \
option optional optionally options order ordering origin original other otherwise output outside overall \
overflow overhead overlapping override overwrite owned owner packed packfile pairs panic panics param \
parameter parameters parent parents parse parsed parser parsing partial particular particularly parts passed \
passing passthrough patch paths pathspec pattern patterns payload perform performance performed performs \
perhaps permission permit permits permitted phantom philip place platform platforms please point pointed \
pointer pointers pointing points position positions positive posix possibility possible possibly potentially \
practice precisely prefilter prefix prefixcmp prefixed prelude prepare present preserve pretty prevent \
previous previously primitives print printf println prior priority private probably problem process processed \
processing procurement produce products profits program progress project promote proper properties property \
provide provided provides providing proxy public purpose query quickly quite range ranges rather reached \
readable reading reads really reason reasons receive received record recurse recursion recursively \
redistribution reduce refcount reference references refers reflog refname refresh refspec regardless regex \
regexes register regular related relative release relevant remain remaining remote remove removed rename \
renamed repeat replace replaced report reported reports repository represent representation represented \
representing represents reproduce request requested require required requires reserved reset resolve resolved \
respectively result resulting results retain retrieve return returned returning returns retval reuse reverse \
revparse revwalk right rights routine routines rules running runtime safety saturating scope script search \
searched searcher searches searching second seconds section security seems select semantics sense separator \
sequence sequences serde serialize server services setting settings setup several shall shared shift short \
should shows shutdown signature significant similar similarly simple simply since single sized sizeof sizet \
skipped slash slice slower small smaller smart smoke snapshot software something somewhat sorted source \
sources space special specific specifically specified specify speed split ssize stack stage standard start \
started starting starts state states static stats status stderr stdio stdlib stdout still storage store stored \
strarray strategy strchr strcmp strdup stream streams strict string strings strlen strncmp struct structure \
structures style subject submodule submodules subsequent substitute substring success successful successfully \
suffix summary super supplied support supported supports switch symbolic syntax system systems table tables \
taken takes target template temporary terminate terminated terminator terms testing tests their themselves \
theory there therefore these thing things think third thompson those though thread threads three through times \
together tostr total trace track tracking trailing trait transfer transition transitions transport treat \
treated trees tries truncate trying tuple turns typedef types typically uchar unchanged unchecked undefined \
under underlying unexpected unicode union unique university unknown unless unlike unlock unreachable unsafe \
unset unsigned unspecified unstable unsupported until untracked unused unwrap update updated updates updating \
upper usage useful username users using usize usually valid validate validation validity value values variable \
variables variant variants various vector verify version versions wants warning warnings warranties warranty \
weakptr whenever where whether which while whitespace whole whose width windows within without words workdir \
working works worktree worth would wrapper wrapping write writer writes writing written wrong zeroed";
