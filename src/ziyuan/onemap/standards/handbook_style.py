"""Style sheet of the handbook, on the screen and on A4 paper."""

STYLE = """
body{font:14px/1.7 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:24px}h2{font-size:18px;margin-top:2.2rem;border-bottom:1px solid #ccc}h3{font-size:15px}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
th,td{border:1px solid #d5d9dd;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
.fields td:nth-child(-n+5),.fields th,.rules td:first-child,.rules th,.read,.known,.unconfirmed{white-space:nowrap}
.fields td:nth-child(6),.rules td:nth-child(3){max-width:22rem}
th{background:#eef2f5;font-weight:600}.facts td:first-child{width:8em;background:#f6f8f9}
.unconfirmed{color:#9a5b00}a{color:#1b4f9c}
nav ul{columns:3;padding-left:1.2rem}nav h2{margin-top:1rem}
code{font-family:"Noto Sans Mono CJK SC",monospace;font-size:.92em}
@media print{
@page{size:A4 landscape;margin:15mm}
body{font-size:10pt;margin:0;max-width:none}a{color:inherit;text-decoration:none}
.layer{break-before:page}thead,th{break-inside:avoid}tr{break-inside:avoid}
nav ul{columns:4}
}
"""
