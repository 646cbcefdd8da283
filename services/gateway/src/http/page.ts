import { hash } from 'node:crypto';

const style = `
body { max-width: 46rem; margin: 3rem auto; padding: 0 1.2rem; font: 1rem/1.7 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #1d2733; background: #fff }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2rem }
p.en, td.en { color: #5a6675 } code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .9rem }
pre { background: #f3f5f8; padding: .8rem 1rem; overflow-x: auto; border-radius: .3rem }
table { border-collapse: collapse; width: 100% } td { border-top: 1px solid #dde3ea; padding: .4rem .6rem .4rem 0; vertical-align: top }
a { color: #0b57a4 }
@media (prefers-color-scheme: dark) { body { color: #dde3ea; background: #12181f } pre { background: #1c242d } td { border-color: #2d3844 } p.en, td.en { color: #97a3b1 } a { color: #7db4ee } }
`;

/** CSP source expression of the page's inline style. */
export const styleHash = `sha256-${hash('sha256', style, 'base64')}`;

/** What stands at `/`: what this address offers, and what not. No asset from anywhere else. */
export function page(node: string): string {
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>联证 · 节点 ${node}</title>
<style>${style}</style>
</head>
<body>
<h1>联证 · 节点 ${node}</h1>
<p class="en" lang="en">Lianzheng · node ${node}</p>
<p>这里可以公开核验一张电子证照的状态。回答只有状态、有效期和证照类型名称，不含任何个人信息；每次回答都写明截至何时、是否足够新。</p>
<p class="en" lang="en">Anybody may verify the status of a licence here. An answer has its status, validity and type name, no personal data, and says how fresh it is.</p>
<h2>核验 <span lang="en">Verify</span></h2>
<pre>GET /v1/licences/{电子证照标识}/status</pre>
<p>标识按 GB/T 36904，例如：</p>
<pre>1.2.156.3005.2.11100000000013127D001.11440300MB2D00001W.SZ000000000000000001.001.3</pre>
<p>每个客户端地址每分钟的次数有限，超出时回答 429。<strong>fresh</strong> 为 false 时，结论可能已经过时。</p>
<h2>地址 <span lang="en">Addresses</span></h2>
<table>
<tr><td><a href="/openapi.json"><code>/openapi.json</code></a></td><td>接口说明（OpenAPI 3.1）</td><td class="en" lang="en">description of the interface</td></tr>
<tr><td><a href="/healthz"><code>/healthz</code></a></td><td>本进程是否存活</td><td class="en" lang="en">this process is alive</td></tr>
<tr><td><a href="/readyz"><code>/readyz</code></a></td><td>本节点各服务是否就绪</td><td class="en" lang="en">the services of this node are ready</td></tr>
<tr><td><code>/v1/links</code>、<code>/metrics</code></td><td>仅供运维人员，须凭令牌</td><td class="en" lang="en">operators only, by token</td></tr>
</table>
<p>部门系统请使用 gRPC 接口与部门证书，不在此处。</p>
<p class="en" lang="en">Systems of departments use gRPC with their certificates, not this address.</p>
</body>
</html>
`;
}
