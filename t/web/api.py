"""The tests of saca-api on one store: python3 api.py NAME STORE, where NAME begins the name of each
test. saca-api runs from here as a web server would run it; the services are real."""

import base64
import csv
import io
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from ask import Service, await_
from tap import done, ok

NAME, STORE = sys.argv[1:]
BIN, T = os.environ['BIN'], os.environ['T']
ETC = f'{T}/{NAME}'
LOGIN, QUEUE, LIMITED = (f'{T}/{NAME}.{s}' for s in ('login', 'queue', 'limited'))
SPOOL, KEY, WEB, DATE = f'{T}/{NAME}.spool', f'{T}/{NAME}.key', f'{T}/{NAME}.web', '2013-09-12T11:59:19Z'
SETTINGS = {'SACA_STORE': STORE, 'SACA_LOGIN': LOGIN, 'SACA_QUEUE': QUEUE, 'SACA_SENDERS': ETC + '/senders.cdb'}

# Values that a client may have put into a subject or a name, and an HTML that only base64 can hold in XML.
HOSTILE = ['=1+1', '"', '""', ',', "a,b\"c'", "<b>&amp;</b>", ']]>', '  ', ' a ', '\\u202e', '\u202eabc', 'ñ€😀', '<!--', '{"a":[1]}',
	"'; DROP TABLE send; --", '%s%n', '@SUM(A1)', '-1', '\u2028x\u0085', 'null', '0x10', '1e400', '\ufffdx']
HTML = '<p title="a">\r\nuna, "dos"\n\rtres\ttab\x01\x1f\x7f ]]> \ufffe &amp; <![CDATA[x]]> </p>\r'
TEXT = 'hola\r\nñ, "€"\n\n'


def check(passed, name, *detail):
	ok(passed, f'{NAME}: {name}', *detail)


# --- The store --------------------------------------------------------------------------------

def sql(statement):
	if STORE.startswith('postgresql:'):
		command = ['psql', '-qAtX', '-v', 'ON_ERROR_STOP=1', STORE]
	else:
		command = ['sqlite3', '-cmd', '.timeout 20000', STORE]
	return subprocess.run(command, input=statement, capture_output=True, text=True, check=True).stdout.strip()


def quote(s):
	return "'" + s.replace("'", "''") + "'"


def blob(s):
	"""A text with controls as SQL, for both engines."""
	hexadecimal = s.encode().hex()
	return f"convert_from('\\x{hexadecimal}', 'UTF8')" if STORE.startswith('postgresql:') else f"CAST(X'{hexadecimal}' AS TEXT)"


def add_send(number, plan, sender, piece, group, name, subject, total):
	sql(f'''INSERT INTO send (id, plan_id, username, sender_id, piece_id, group_id, name, source, state, subject, smtp_id,
		message_id, show_header, social_links, language, track_opens, track_clicks, remote_ip, contacts_total, spooled_at, imported_at)
		VALUES ({number}, {plan}, 'v', {sender}, {piece}, {group}, {quote(name)}, 'smtp', 'sent', {quote(subject)}, '{number:032x}', '',
		1, 0, 3, 1, 1, '192.0.2.1', {total}, '{DATE}', '{DATE}')''')


# The deliveries of the send 101 to the contacts 1 to 11: state, opens, clicks. 12 has no row yet.
DELIVERIES = {1: ('handed', 2, 1), 2: ('handed', 1, 0), 3: ('handed', 0, 0), 4: ('bounced', 0, 0), 5: ('bounced', 1, 0),
	6: ('refused', 0, 0), 7: ('malformed', 0, 0), 8: ('unsubscribed', 0, 0), 9: ('suppressed', 0, 0), 10: ('deferred', 0, 0),
	11: ('begun', 0, 0)}
SECTIONS = {'all': range(1, 13), 'send': range(1, 6), 'send_opened': (1, 2, 5), 'send_opened_active': (1, 5),
	'send_opened_unsubscribed': (2,), 'send_unopened': (3, 4), 'send_unopened_delivered': (3,), 'send_unopened_bounced': (4,),
	'unsend': range(6, 13), 'unsend_unsubscribed': (8, 9), 'unsend_unsubscribed_voluntary': (8,),
	'unsend_unsubscribed_automatic': (9,), 'unsend_failed': (6, 7, 10, 11, 12), 'unsend_failed_nomenclature': (7,), 'clicked': (1,)}
FIGURES = {'contactos_totales': 'all', 'contactos_enviados': 'send', 'contactos_enviados_leidos': 'send_opened',
	'contactos_enviados_leidos_activos': 'send_opened_active', 'contactos_enviados_leidos_inactivos': 'send_opened_unsubscribed',
	'contactos_enviados_no_leidos': 'send_unopened', 'contactos_enviados_no_leidos_rebotados': 'send_unopened_bounced',
	'contactos_enviados_no_leidos_entregados': 'send_unopened_delivered', 'contactos_no_enviados': 'unsend',
	'contactos_no_enviados_por_inactivos': 'unsend_unsubscribed',
	'contactos_no_enviados_por_inactivos_baja_manual': 'unsend_unsubscribed_voluntary',
	'contactos_no_enviados_por_inactivos_baja_automatica': 'unsend_unsubscribed_automatic',
	'contactos_no_enviados_por_fallidos': 'unsend_failed',
	'contactos_no_enviados_por_fallidos_en_nomenclatura': 'unsend_failed_nomenclature', 'clicks_unicos': 'clicked'}


def fill_store():
	subprocess.run([BIN + '/saca-import', '-w', WEB, SPOOL, STORE], check=True, stderr=subprocess.DEVNULL)
	sql("INSERT INTO plan (id, name) VALUES (1, 'acme'), (2, 'otra')")
	sql(f'''INSERT INTO sender (id, plan_id, address, name) VALUES (1, 1, 'remitente@dominio.com', {quote(HOSTILE[4])}),
		(2, 2, 'otra@dominio.com', 'Otra'), (3, 1, 'antiguo@dominio.com', '')''')
	sql(f'''INSERT INTO piece (id, plan_id, name, source, html, text, created_at) VALUES
		(1, 1, {quote(HOSTILE[4])}, 'smtp', {blob(HTML)}, {blob(TEXT)}, '{DATE}'), (2, 2, 'p', 'smtp', 'h', 't', '{DATE}')''')
	for plan, first, last in (1, 1, 12), (2, 21, 23):
		sql(f'''INSERT INTO contact (id, plan_id, email, created_at) VALUES ''' + ', '.join(
			f"({c}, {plan}, 'c{c}@ejemplo.es', '{DATE}')" for c in range(first, last + 1)))
	groups = [(10, 1, 'g'), (20, 2, 'g')] + [(30 + i, 1, name) for i, name in enumerate(HOSTILE)]
	sql('INSERT INTO contact_group (id, plan_id, name, source, smtp_id, created_at) VALUES ' + ', '.join(
		f"({g}, {plan}, {quote(name)}, 'smtp', '{g}', '{DATE}')" for g, plan, name in groups))
	sql('INSERT INTO group_member (plan_id, group_id, contact_id) VALUES ' + ', '.join(
		[f'(1, 10, {c})' for c in range(1, 13)] + [f'(2, 20, {c})' for c in range(21, 24)] + ['(1, 30, 1)']))
	add_send(101, 1, 1, 1, 10, HOSTILE[4], HOSTILE[5], 12)
	add_send(102, 1, 1, 1, 10, 'n', 's', 12)
	add_send(201, 2, 2, 2, 20, 'n', 's', 3)
	sql('INSERT INTO delivery (plan_id, send_id, contact_id, state, first_at, at, opens, clicks) VALUES ' + ', '.join(
		f"(1, 101, {c}, '{state}', '{DATE}', '{DATE}', {opens}, {clicks})" for c, (state, opens, clicks) in DELIVERIES.items())
		+ f", (2, 201, 21, 'handed', '{DATE}', '{DATE}', 0, 0)")
	sql('''INSERT INTO figures (plan_id, send_id, source, handed, bounced, refused, malformed, unsubscribed, suppressed, opened,
		opened_bounced, opened_unsubscribed, opens, machine_opens, clicked, clicks) VALUES
		(1, 101, 'saca-send', 5, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0), (1, 101, 'saca-count', -2, 2, 0, 0, 0, 0, 3, 1, 1, 4, 7, 1, 1)''')
	sql(f'''INSERT INTO unsubscription (plan_id, id, contact_id, sender_id, type, send_id, at, ended_at) VALUES
		(1, 1, 2, 1, 0, 101, '{DATE}', NULL), (1, 2, 3, 3, 10, NULL, '{DATE}', '{DATE}'), (1, 3, 4, 1, 20, 101, '{DATE}', NULL),
		(1, 4, 3, 3, 30, 101, '{DATE}', NULL), (2, 1, 21, 2, 0, 201, '{DATE}', NULL)''')
	if STORE.startswith('postgresql:'):  # the next numbers that the server gives
		for table in 'plan', 'sender', 'piece', 'contact', 'contact_group':
			sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000)")


def dump(plan):
	"""Returns all rows of a plan that an action could change."""
	return [sql(f'SELECT {columns} FROM {table} WHERE plan_id = {plan} ORDER BY {order}') for table, columns, order in (
		('send', 'id, state, reason, finished_at', 'id'), ('unsubscription', 'id, contact_id, sender_id, type, ended_at', 'id'),
		('contact', 'id, email', 'id'), ('sender', 'id, address', 'id'))]


# --- Requests ---------------------------------------------------------------------------------

class Answer:
	def __init__(self, process):
		head, _, self.octets = process.stdout.partition(b'\r\n\r\n')
		self.fields = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
		self.status = self.fields.get('Status')
		self.body = self.octets.decode()
		self.log = process.stderr.decode()
		self.code = process.returncode


def run(body=b'', **environment):
	env = {'PATH': os.environ['PATH'], 'REQUEST_METHOD': 'POST', 'CONTENT_TYPE': 'application/x-www-form-urlencoded',
		'CONTENT_LENGTH': str(len(body)), 'REMOTE_ADDR': '192.0.2.7', 'HTTP_HOST': 'api.example.com', 'SERVER_NAME': 'api.example.com',
		'SCRIPT_NAME': '/api', 'HTTPS': 'on', **SETTINGS, **environment}
	for name in 'ASAN_OPTIONS', 'UBSAN_OPTIONS':
		if name in os.environ:
			env[name] = os.environ[name]
	return Answer(subprocess.run([BIN + '/saca-api'], input=body, env={k: v for k, v in env.items() if v is not None},
		capture_output=True, check=False))


ACME = {'user': 'victor', 'plan': 'acme', 'pass': 'secreto'}
OTRA = {'user': 'eva', 'plan': 'otra', 'pass': 'secreto'}


def call(action, who=None, mode='json', **fields):
	return run(urlencode({'action': action, **(who or ACME), 'mode': mode, **fields}).encode())


def basic(user, password):
	return 'Basic ' + base64.b64encode(f'{user}:{password}'.encode()).decode()


def xml_value(element):
	text = element.text or ''
	return base64.b64decode(text).decode() if element.get('encoding') == 'base64' else text


def read(answer, mode):
	"""Returns the rows of a list, or the one row of a record, as dictionaries of strings."""
	if mode == 'json':
		data = json.loads(answer.body)
		rows = data if isinstance(data, list) else [data]
		rows = [r if isinstance(r, dict) else {'id': r} for r in rows]
		return [{k: '' if v is None else v if isinstance(v, list) else str(v) for k, v in r.items()} for r in rows]
	if mode == 'xml':
		root = ET.fromstring(answer.octets)
		items = root.findall('item') or ([root] if len(root) else [])
		return [{e.tag: xml_value(e) for e in item} for item in items]
	rows = list(csv.reader(io.StringIO(answer.body, newline='')))
	return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def is_ko(answer, code):
	return answer.status == '400 Bad Request' and answer.body.startswith(f'KO: {code} ') and answer.code == 0


def in_all_modes(name, want, action, **fields):
	"""want: a list of dictionaries; parts of a record are not compared."""
	for mode in 'json', 'xml', 'csv':
		a = call(action, mode=mode.upper(), **fields)
		rows = read(a, mode) if a.status == '200 OK' else a.body
		got = [{k: r.get(k) for k in want[0]} for r in rows] if want and isinstance(rows, list) else rows
		check(got == want, f'{name}, in {mode}', 'got ', got, ' wanted ', want)


# --- Tests ------------------------------------------------------------------------------------

def test_form():
	a = call('get_version')
	version = subprocess.run([BIN + '/saca-api', '-V'], capture_output=True, text=True, check=True).stdout.split()[1]
	check(a.body == f'OK: saca {version}', 'get_version answers OK and the version', a.body)
	check(a.fields['Content-Type'] == 'text/plain; charset=utf-8' and a.fields['X-Content-Type-Options'] == 'nosniff'
		and a.fields['Cache-Control'] == 'no-store', 'an answer of saca-api is UTF-8 text that a browser neither sniffs nor stores', a.fields)
	check(call('get_url_call').body == 'OK: https://api.example.com/api', 'get_url_call answers the URL of the API')
	for alias in 'get_account_data', 'get_acount_data':
		check(json.loads(call(alias).body) == {'plan': 'acme', 'user': 'victor', 'sandbox': 0}, f'{alias} answers plan and user')
	check(json.loads(call('get_account_data', {'user': 'ana', 'plan': 'prueba', 'pass': 'secreto'}).body)['sandbox'] == 1,
		'get_account_data tells that the plan is a sandbox')
	check(is_ko(call('no_such'), 422), 'an unknown action gets 422')
	for action in 'send_campaign', 'contact_save', 'newsletter_save', 'get_stats_graphs':
		check(is_ko(call(action), 501), f'{action}, an action of the published API that saca lacks, gets 501')
	check(is_ko(call('get_stats', mode='yaml', eid=101), 422), 'an unknown mode gets 422')
	check(is_ko(run(urlencode(ACME).encode()), 422), 'a request without an action gets 422')


def test_login():
	query = {'QUERY_STRING': 'action=get_version', 'REQUEST_METHOD': 'GET', 'CONTENT_LENGTH': None, 'CONTENT_TYPE': None}
	a = run(HTTP_AUTHORIZATION=basic('victor.acme', 'secreto'), **query)
	check(a.body.startswith('OK: saca '), 'a GET with a Basic login is answered', a.body)
	a = run(HTTP_AUTHORIZATION=basic('victor.acme', 'secreto'), **{**query, 'REQUEST_METHOD': 'HEAD'})
	check(a.status == '200 OK' and a.body == '', 'a HEAD is answered without a body')
	a = run(HTTP_AUTHORIZATION=basic('victor', 'secreto'), **{**query, 'QUERY_STRING': 'action=get_version&plan=acme'})
	check(a.body.startswith('OK: '), 'a Basic login with the plan in a field is answered', a.body)
	a = run(HTTP_AUTHORIZATION=basic('victor.acme', 'secreto'), **{**query, 'QUERY_STRING': 'action=get_version&plan=otra'})
	check(is_ko(a, 403), 'a Basic login of one plan with the field of another plan gets 403', a.body)
	a = run(**{**query, 'QUERY_STRING': 'action=get_version&' + urlencode(ACME)})
	check(is_ko(a, 401), 'a password in the URL gets 401', a.body)
	a = run(b'action=get_version', QUERY_STRING=urlencode(ACME))
	check(is_ko(a, 401), 'a password in the URL of a POST gets 401', a.body)
	a = run(urlencode({**ACME, 'eid': 102}).encode(), QUERY_STRING='action=get_stats&eid=101')
	check(json.loads(a.body)['idEnvio'] == 102, 'a field of the body wins over the same field of the URL', a.body)
	for name, fields in (('a wrong password', {**ACME, 'pass': 'x'}), ('an unknown user', {**ACME, 'user': 'x'}),
			('the user of another plan', {**ACME, 'plan': 'otra'}), ('an empty password', {**ACME, 'pass': ''}),
			('nothing', {}), ('a password of 600 octets', {**ACME, 'pass': 'x' * 600}),
			('a plan that is no name', {**ACME, 'plan': "a'b"})):
		a = run(urlencode({'action': 'get_version', **fields}).encode())
		check(is_ko(a, 401), f'a login with {name} gets 401', a.body)
	for value in 'Basic', 'Basic ', 'Basic !!', basic('victor.acme', 'x'), 'Bearer abc', basic('a', 'b')[:-1], \
			'Basic ' + base64.b64encode(b'victor.acme').decode(), 'Basic ' + base64.b64encode(b'victor.acme:secreto\0').decode(), \
			'Basic ' + 'QUFB' * 5000:
		check(is_ko(run(HTTP_AUTHORIZATION=value, **query), 401), f'Authorization {value[:30]!r} gets 401')
	for action in 'get_campaigns', 'send_bulk_campaign', 'send_sms':
		check(is_ko(call(action, {**ACME, 'pass': 'x'}), 401), f'{action} with a wrong password gets 401')


def test_origin():
	for name, value, foreign in (('HTTP_ORIGIN', 'https://evil.example', True), ('HTTP_ORIGIN', 'null', True), ('HTTP_ORIGIN', 'http://api.example.com', True),
			('HTTP_ORIGIN', 'https://api.example.com.evil.example', True), ('HTTP_ORIGIN', 'https://api.example.com', False),
			('HTTP_SEC_FETCH_SITE', 'cross-site', True), ('HTTP_SEC_FETCH_SITE', 'same-site', True),
			('HTTP_SEC_FETCH_SITE', 'same-origin', False), ('HTTP_SEC_FETCH_SITE', 'none', False)):
		a = run(urlencode({'action': 'get_version', **ACME}).encode(), **{name: value})
		check(is_ko(a, 400) if foreign else a.body.startswith('OK: '), f"{name} {value} is {'400' if foreign else 'answered'}", a.body)


def test_limit():
	service = Service(LIMITED, LIMITED + '.log', BIN + '/saca-checkpassword', '-S', '-f', '3', ETC + '/passwords.cdb')
	await_(lambda: subprocess.run([BIN + '/saca-checkpassword', '-t', LIMITED], stderr=subprocess.DEVNULL, check=False).returncode == 0)
	wrong, right = (urlencode({'action': 'get_version', **ACME, 'pass': p}).encode() for p in ('x', 'secreto'))
	codes = [run(wrong, SACA_LOGIN=LIMITED).body[:7] for _ in range(5)]
	check(codes == ['KO: 401'] * 3 + ['KO: 429'] * 2, 'the fourth wrong password of an address gets 429 from a login service with -f 3', codes)
	check(is_ko(run(right, SACA_LOGIN=LIMITED), 429), 'the right password gets 429 from an address with too many failures')
	check(run(right, SACA_LOGIN=LIMITED, REMOTE_ADDR='192.0.2.8').body.startswith('OK: '), 'a login from another address works while one has too many failures')
	service.end()


def test_bodies():
	login = urlencode(ACME)
	many = run((login + '&action=get_version' + '&a=b' * 10000).encode())
	check(is_ko(many, 400), '10000 parameters are 400', many.body)
	check(is_ko(run((login + '&action=get_version&x=%00').encode()), 400), 'a parameter with a NUL gets 400')
	check(is_ko(run((login + '&action=get_stats&eid=%ff%fe').encode()), 422), 'a parameter that is not UTF-8 gets 422')
	check(is_ko(run((login + '&action=get_version&%ff=1').encode()), 400), 'a parameter name that is not UTF-8 gets 400')
	large = run((login + '&action=get_version&x=').encode() + b'x' * (9 << 20))
	check(is_ko(large, 413), 'a body of 9 MiB gets 413', large.body)
	check(is_ko(run(b'x', CONTENT_LENGTH='100'), 400), 'a body that ends early gets 400')
	check(is_ko(run(b'{}', CONTENT_TYPE='application/json'), 400), 'a body that is not a form gets 400')
	check(is_ko(run(b'', CONTENT_LENGTH='-1'), 400), 'a negative CONTENT_LENGTH gets 400')
	check(is_ko(run(b'', REQUEST_METHOD='DELETE'), 405), 'the method DELETE gets 405')
	parts = ''.join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in {'action': 'get_stats', 'eid': '101', **ACME}.items())
	a = run((parts + '--b--\r\n').encode(), CONTENT_TYPE='multipart/form-data; boundary=b')
	check(json.loads(a.body)['contactos_totales'] == 12, 'a multipart/form-data body is read', a.body)
	for eid in '', '0', '-1', '101 ', '1e2', '99999999999999999999', "1' OR '1'='1", 'ñ':
		a = call('get_stats', eid=eid)
		check(is_ko(a, 404 if eid == '0' else 422), f'eid {eid!r} is refused', a.body)
	a = run(b'', SACA_STORE=None)
	check(a.status == '503 Service Unavailable' and a.code == 100 and 'SACA_STORE is not set' in a.log,
		'saca-api without a setting answers 503 and exits 100', a.body, a.log)
	a = run(urlencode({'action': 'get_campaigns', **ACME}).encode(), SACA_STORE=T + '/none/none.db')
	check(a.status == '503 Service Unavailable' and a.body.startswith('KO: 503 ') and 'store: ' in a.log,
		'saca-api without its store answers 503 and logs the reason', a.body, a.log)
	a = run(urlencode({'action': 'get_version', **ACME}).encode(), SACA_LOGIN=T + '/none')
	check(a.body.startswith('KO: 503 ') and T + '/none' in a.log, 'a request gets 503 if the login service is away', a.body, a.log)


def test_reads():
	in_all_modes('get_campaigns lists the sends, newest first', [{'id': '102'}, {'id': '101'}], 'get_campaigns')
	check(call('get_campaigns', mode='plain').body == '102\n101', 'get_campaigns in plain has one number a line, no line end at its end')
	check(call('get_campaigns', mode='PLAIN', limit=1).body == '102', 'get_campaigns with limit has so many numbers')
	check(json.loads(call('get_campaigns').body) == [102, 101], 'get_campaigns in json is a list of numbers')
	check(call('get_campaigns', {'user': 'ana', 'plan': 'prueba', 'pass': 'secreto'}).body == '[]'
		and call('get_campaigns', {'user': 'ana', 'plan': 'prueba', 'pass': 'secreto'}, 'plain').body == '',
		'a plan without rows has an empty list')
	stats = json.loads(call('get_stats', eid=101).body)
	printed = json.loads(subprocess.run([BIN + '/saca-list', '-j', STORE, 'stats', '101'], capture_output=True, check=True).stdout)
	printed = printed[0] if isinstance(printed, list) else printed
	check({k: v or '' for k, v in stats.items()} == {k: v or '' for k, v in printed.items()}
		or {k: str(v or 0) for k, v in stats.items()} == {k: str(v or 0) for k, v in printed.items()},
		'get_stats answers what saca-list stats prints', stats, printed)
	in_all_modes('get_stats escapes hostile names', [{'asunto': HOSTILE[5], 'nombreEnvio': HOSTILE[4], 'contactos_totales': '12', 'visualizaciones_total': '4'}],
		'get_stats', eid=101)
	check('contactos_totales\t12\n' in call('get_stats', mode='plain', eid=101).body, 'get_stats in plain has one figure a line')
	for figure, section in FIGURES.items():
		check(stats[figure] == len(SECTIONS[section]), f'{figure} counts the contacts of {section}', stats[figure])
	for section, contacts in SECTIONS.items():
		in_all_modes(f'section {section}', [{'id': str(c), 'email': f'c{c}@ejemplo.es'} for c in contacts], 'get_contacts_stat_section',
			eid=101, section=section.upper())
	check(is_ko(call('get_contacts_stat_section', eid=101, section='x'), 422), 'an unknown section gets 422')
	rows = [('1', 'c2@ejemplo.es', '1', '0'), ('3', 'c4@ejemplo.es', '1', '20'), ('4', 'c3@ejemplo.es', '3', '30')]
	def unsubscribers(*which):
		return [dict(zip(('id', 'email', 'rid', 'type', 'date'), (*rows[i], DATE))) for i in which]
	in_all_modes('get_unsubscribers lists those who are unsubscribed', unsubscribers(0, 1, 2), 'get_unsubscribers')
	in_all_modes('get_unsubscribers from an id', unsubscribers(1, 2), 'get_unsubscribers', **{'from': 2})
	in_all_modes('get_unsubscribers of a sender', unsubscribers(2), 'get_unsubscribers', rid=3)
	in_all_modes('get_unsubscribers of type 0', unsubscribers(0), 'get_unsubscribers', type=0)
	in_all_modes('get_unsubscribers with a limit', unsubscribers(0), 'get_unsubscribers', limit=1)
	in_all_modes('sender_list', [{'id': '1', 'name': HOSTILE[4], 'email': 'remitente@dominio.com'},
		{'id': '3', 'name': '', 'email': 'antiguo@dominio.com'}], 'sender_list')
	in_all_modes('get_from', [{'id': '1', 'name': HOSTILE[4], 'email': 'remitente@dominio.com'}], 'get_from', rid=1)
	groups = [{'id': '10', 'name': 'g', 'contacts': '12'}] + [
		{'id': str(30 + i), 'name': name, 'contacts': '0' if i else '1'} for i, name in enumerate(HOSTILE)]
	in_all_modes('group_list is exact for hostile names', groups, 'group_list')
	lines = call('group_list', mode='plain').body.split('\n')
	check(lines[0] == '10\tg\t12' and len(lines) == len(groups), 'group_list in plain has one group a line', lines)
	in_all_modes('group_data', [groups[0]], 'group_data', gid=10)
	in_all_modes('group_list_contacts', [{'id': str(c), 'email': f'c{c}@ejemplo.es'} for c in range(1, 13)], 'group_list_contacts', gid=10)
	in_all_modes('contact_data', [{'id': '1', 'email': 'c1@ejemplo.es', 'created': DATE}], 'contact_data', email='C1@EJEMPLO.es')
	contact = json.loads(call('contact_data', email='c1@ejemplo.es').body)
	check(contact['groups'] == [{'id': 10, 'name': 'g'}, {'id': 30, 'name': HOSTILE[0]}], 'contact_data in json has the groups', contact)
	check(contact['sends'] == [{'id': 101, 'name': HOSTILE[4], 'state': 'handed', 'date': DATE, 'opens': 2, 'clicks': 1}],
		'contact_data in json has the sends', contact)
	tree = ET.fromstring(call('contact_data', mode='xml', email='c1@ejemplo.es').octets)
	check([e.text for e in tree.findall('groups/item/id')] == ['10', '30'] and [e.text for e in tree.findall('sends/item/id')] == ['101'],
		'contact_data in xml has groups and sends')
	in_all_modes('newsletter_data is exact, controls and line ends included',
		[{'id': '1', 'name': HOSTILE[4], 'html': HTML, 'plain': TEXT}], 'newsletter_data', id_newsletter=1)
	check([r['field'] for r in json.loads(call('contact_fields').body)] == ['id', 'email', 'created'], 'contact_fields lists the fields')
	for action, parameter in (('get_stats', 'eid'), ('get_from', 'rid'), ('group_data', 'gid'), ('group_list_contacts', 'gid'),
			('contact_data', 'email'), ('newsletter_data', 'id_newsletter'), ('pause_campaign', 'eid')):
		a = call(action)
		check(is_ko(a, 422) and parameter in a.body, f'{action} without {parameter} gets 422 and its name', a.body)
	check(is_ko(call('contact_data', email='x'), 422), 'contact_data with a malformed address gets 422')


def test_isolation():
	"""Tries every action with the numbers of the plan acme, as a user of another plan."""
	before = dump(1), dump(2)
	for action, fields in (('get_stats', {'eid': 101}), ('get_contacts_stat_section', {'eid': 101, 'section': 'all'}), ('get_from', {'rid': 1}),
			('group_data', {'gid': 10}), ('group_list_contacts', {'gid': 10}), ('contact_data', {'email': 'c1@ejemplo.es'}),
			('newsletter_data', {'id_newsletter': 1}), ('contact_deactivate', {'email': 'c1@ejemplo.es', 'rid': 1}),
			('contact_deactivate', {'email': 'c21@ejemplo.es', 'rid': 1}), ('contact_deactivate', {'email': 'c1@ejemplo.es', 'rid': 2}),
			('contact_activate', {'email': 'c2@ejemplo.es', 'rid': 1}), ('contact_activate', {'email': 'c21@ejemplo.es', 'rid': 1}),
			('pause_campaign', {'eid': 102}), ('resume_campaign', {'eid': 102}), ('cancel_campaign', {'eid': 102}),
			('send_bulk_campaign', {'rid': 1, 'recipients': 'a@b.es', 'subject': 's', 'html_body': 'h', 'plain_body': 't'})):
		for mode in 'json', 'xml', 'csv', 'plain':
			a = call(action, OTRA, mode, **fields)
			check(is_ko(a, 404), f'{action} with numbers of another plan gets 404 in mode {mode}', fields, a.body)
	a = call('send_bulk_campaign', OTRA, rid='remitente@dominio.com', recipients='a@b.es', subject='s', html_body='h', plain_body='t')
	check(is_ko(a, 403), "send_bulk_campaign with the address of another plan's sender gets 403", a.body)
	for action, want in (('get_campaigns', [{'id': '201'}]), ('sender_list', [{'id': '2', 'name': 'Otra', 'email': 'otra@dominio.com'}]),
			('group_list', [{'id': '20', 'name': 'g', 'contacts': '3'}]),
			('get_unsubscribers', [{'id': '1', 'email': 'c21@ejemplo.es', 'rid': '2', 'type': '0', 'date': DATE}])):
		a = call(action, OTRA)
		check(read(a, 'json') == want, f"{action} lists the plan's own rows alone", a.body)
	check(read(call('get_unsubscribers', OTRA, rid=1), 'json') == [], "get_unsubscribers of another plan's sender is empty")
	check((dump(1), dump(2)) == before, 'no request with numbers of another plan changes a row')


def test_writes():
	def open_rows(contact):
		return sql(f'SELECT sender_id, type, send_id FROM unsubscription WHERE plan_id = 1 AND contact_id = {contact} AND ended_at IS NULL')
	a = call('contact_deactivate', email='C6@ejemplo.es', rid=1)
	check(a.body == 'OK: 1' and open_rows(6) == '1|10|', 'contact_deactivate unsubscribes with type 10', a.body, open_rows(6))
	check(sql('SELECT max(id) FROM unsubscription WHERE plan_id = 1') == '5', 'a new unsubscription has the highest id plus one')
	a = call('contact_deactivate', email='c6@ejemplo.es', rid=1)
	check(a.body == 'OK: 1' and open_rows(6) == '1|10|', 'contact_deactivate twice is one unsubscription')
	a = call('contact_activate', email='c6@ejemplo.es', rid=1)
	check(a.body == 'OK: 1' and open_rows(6) == '', 'contact_activate ends an unsubscription', a.body)
	check(call('contact_activate', email='c6@ejemplo.es', rid=1).body == 'OK: 1', 'contact_activate of a subscribed contact answers OK')
	call('contact_activate', email='c4@ejemplo.es', rid=3)
	check(open_rows(4) == '', 'contact_activate ends an unsubscription after bounces, which holds for every sender')
	check(is_ko(call('contact_deactivate', email='nadie@ejemplo.es', rid=1), 404), 'contact_deactivate of an unknown contact gets 404')
	get = {'REQUEST_METHOD': 'GET', 'CONTENT_LENGTH': None, 'HTTP_AUTHORIZATION': basic('victor.acme', 'secreto')}
	for query in 'action=pause_campaign&eid=102', 'action=contact_deactivate&email=c7@ejemplo.es&rid=1', \
			'action=send_bulk_campaign&rid=1&recipients=a@b.es&subject=s&html_body=h&plain_body=t':
		check(is_ko(run(QUERY_STRING=query, **get), 405), f'GET {query[:30]} gets 405')

	def state():
		return sql("SELECT state, reason, claimed_by FROM send WHERE id = 102")
	check(is_ko(call('pause_campaign', eid=102), 422), 'a send that is sent cannot be paused')
	sql("UPDATE send SET state = 'sending', claimed_by = 'w', claimed_until = '2099-01-01T00:00:00Z' WHERE id = 102")
	a = call('pause_campaign', eid=102)
	check(a.body == 'OK: 1' and state() == 'paused|API: victor.acme|', 'pause_campaign pauses, names the user and ends the claim', a.body, state())
	check(is_ko(call('pause_campaign', eid=102), 422), 'a paused send cannot be paused')
	check(call('resume_campaign', eid=102).body == 'OK: 1' and state() == 'new||', 'resume_campaign makes a paused send new', state())
	check(call('cancel_campaign', eid=102).body == 'OK: 1' and state() == 'cancelled||', 'cancel_campaign cancels a send', state())
	check(is_ko(call('resume_campaign', eid=102), 422), 'a cancelled send cannot be resumed')


def test_bulk():
	def bulk(who=None, **fields):
		return call('send_bulk_campaign', who, **{'rid': 1, 'recipients': 'a@b.es', 'subject': 's', 'html_body': '<p>h</p>', 'plain_body': 't', **fields})
	spooled = lambda: sorted(os.listdir(SPOOL + '/new'))
	subject, html, text = 'Señales "€" ' + 'x' * 200, '<p>ñandú</p>\n.\n--=_saca\nFrom x\n' + 'é' * 3000, 'hola\n.\n..\n'
	a = bulk(recipients=' Ana@Ejemplo.es , luis@ejemplo.es,ana@ejemplo.es,,\r\n eva@ejemplo.es', subject=subject, html_body=html, plain_body=text, name='Interno ñ',
		lang_id=4, cab=0, social_foot=1, tracking_opening=0, tracking_clicks=1, message_id='uno@tienda')
	check(a.body.startswith('OK: ') and a.body[4:].isdigit(), 'send_bulk_campaign answers OK and the number of the send', a.body, a.log)
	number = a.body[4:]
	again = bulk(recipients='eva@ejemplo.es,luis@ejemplo.es,ana@ejemplo.es', subject=subject, html_body=html, plain_body=text, name='Interno ñ',
		lang_id=4, cab=0, social_foot=1, tracking_opening=0, tracking_clicks=1, message_id='<uno@tienda>')
	check(again.body == a.body, 'a campaign that is sent again with its message_id gets the same number', again.body)
	check(len(spooled()) == 1, 'a campaign that is sent again with its message_id is queued once', spooled())
	other = bulk(recipients='eva@ejemplo.es', message_id='uno@tienda')
	check(other.body.startswith('OK: ') and other.body != a.body, 'another campaign with the same message_id gets another number', other.body)
	one, two = bulk(), bulk()
	check(one.body.startswith('OK: ') and two.body.startswith('OK: ') and one.body != two.body,
		'a campaign that is sent twice without a message_id is two sends', one.body, two.body)
	subprocess.run([BIN + '/saca-import', '-w', WEB, SPOOL, STORE], check=True, stderr=subprocess.DEVNULL)
	row = sql(f'''SELECT subject, state, show_header, social_links, language, track_opens, track_clicks, remote_ip, username, contacts_total,
		message_id FROM send WHERE plan_id = 1 AND id = {number}''')
	check(row == f'{subject}|new|0|1|4|0|1|192.0.2.7|victor.acme|3|<uno@tienda>', 'the send of a campaign has its options, user and address', row)
	piece = json.loads(call('newsletter_data', id_newsletter=sql(f'SELECT piece_id FROM send WHERE id = {number}')).body)
	check([piece[k].replace('\r\n', '\n').rstrip() for k in ('html', 'plain')] == [html.rstrip(), text.rstrip()],
		'the piece of a campaign has its bodies, but for line ends', piece)
	check(piece['name'] == '[SMTP] Interno ñ', 'the piece of a campaign has its name', piece['name'])
	members = json.loads(call('group_list_contacts', gid=sql(f'SELECT group_id FROM send WHERE id = {number}')).body)
	check([m['email'] for m in members] == ['ana@ejemplo.es', 'eva@ejemplo.es', 'luis@ejemplo.es'], 'the group of a campaign has each recipient once', members)
	check(int(number) in json.loads(call('get_campaigns').body), 'get_campaigns has the send of a new campaign')
	check(bulk(rid='Remitente@dominio.com').body.startswith('OK: '), 'send_bulk_campaign accepts an address as rid')
	check(is_ko(bulk(rid=3), 403) and 'Remitente no existente o no validado desde su plan de teenvio.com' in bulk(rid=3).body,
		'a sender that was removed from the accounts gets 403 and the text of the SMTP door', bulk(rid=3).body)
	check(is_ko(bulk(rid=99), 404), 'send_bulk_campaign with an unknown rid gets 404')
	ana = {'user': 'ana', 'plan': 'prueba', 'pass': 'secreto'}
	a = bulk(ana, rid='p@dominio.com', recipients='a@b.es,c@b.es,d@b.es,e@b.es')
	check(a.body == 'KO: 500 exceso de contactos: 4 de 3 permitidos', 'more recipients than maxrcpt get 500 and the text of the SMTP door', a.body)
	check(bulk(ana, rid='p@dominio.com', recipients='a@b.es,c@b.es,A@b.es,c@b.es,d@b.es').body.startswith('OK: '), 'equal recipients count once against maxrcpt')
	subprocess.run([BIN + '/saca-import', '-w', WEB, SPOOL, STORE], check=True, stderr=subprocess.DEVNULL)
	check(sql("SELECT DISTINCT s.state FROM send s JOIN plan p ON p.id = s.plan_id WHERE p.name = 'prueba'") == 'test', 'a campaign of a sandbox plan becomes a send in state test')
	a = bulk(plain_body='')
	check(a.body.startswith('KO: 500 falta la parte text/plain'), 'a missing plain_body is refused with the text of the SMTP door', a.body)
	a = bulk(html_body=' \n ')
	check(a.body.startswith('KO: 500 la parte text/html esta vacia'), 'a blank html_body is refused with the text of the SMTP door', a.body)
	a = bulk(html_body='x' * 513000)
	check(a.body == 'KO: 500 message size exceeds fixed maximum message size (512000) bytes', 'a message over 512000 octets is refused', a.body)
	check(bulk(html_body='ñ' * 150000).body.startswith('OK: '), 'a message of 400 KB is accepted')
	a = bulk(recipients=','.join(f'usuario{i:06}@ejemplo.es' for i in range(5000)))
	check(a.body.startswith('OK: '), '5000 recipients are accepted', a.body)
	a = bulk(recipients=','.join(f'u{i}@e.es' for i in range(50001)))
	check(a.body == 'KO: 500 demasiados destinatarios', '50001 recipients are refused', a.body)
	for bad in 'sin-arroba', 'a@b.es,@', 'a b@c.es', 'a@b.es\r\nBcc: x@y.es', '<a@b.es>x':
		a = bulk(recipients=bad)
		check(is_ko(a, 422) and 'recipients' in a.body and '\r' not in a.body, f'recipients {bad!r} gets 422', a.body)
	for name, value in (('recipients', ''), ('recipients', ' , '), ('subject', ''), ('rid', ''), ('lang_id', 9), ('lang_id', 'es'), ('cab', 'x'),
			('tracking_clicks', 2), ('message_id', 'a b'), ('message_id', 'a\r\nX: y'), ('message_id', '<>'), ('message_id', 'x' * 251), ('name', 'ñ' * 501),
			('date', '2030-01-01 00:00:00'), ('analytics', 'x'), ('share', 1), ('vars', '{"a":"b"}'), ('attachmen_base64raw', 'eA==')):
		a = bulk(**{name: value})
		check(is_ko(a, 422) and name in a.body, f'{name} {str(value)[:30]!r} gets 422 and its name', a.body)
	a = bulk(html_body='', plain_body='')
	check(is_ko(a, 422), 'send_bulk_campaign without both bodies gets 422, and imports no contacts', a.body)
	before = len(spooled())
	a = bulk(subject='a\r\nBcc: x@y.es\r\n\r\nz', html_body='<p>inyectado</p>')
	subprocess.run([BIN + '/saca-import', '-w', WEB, SPOOL, STORE], check=True, stderr=subprocess.DEVNULL)
	row = sql(f"SELECT message_id, subject FROM send WHERE id = {a.body[4:]}")
	check(row.startswith('|a') and 'Bcc' in row and '\n' not in row, 'a subject cannot add a header field', before, row)
	a = run(urlencode({'action': 'send_bulk_campaign', **ACME, 'rid': 1, 'recipients': 'a@b.es', 'subject': 's', 'html_body': 'h', 'plain_body': 't'}).encode(),
		SACA_QUEUE=T + '/none')
	check(a.body.startswith('KO: 503 ') and T + '/none' in a.log, 'a campaign gets 503 if the queue service is away', a.body, a.log)


def start_services():
	subprocess.run(['openssl', 'rand', '-out', KEY, '32'], check=True)
	hashed = subprocess.run(['openssl', 'passwd', '-6', '-salt', 'xx', 'secreto'], capture_output=True, text=True, check=True).stdout
	accounts = ''.join(f'user {user} {hashed}' for user in ('victor.acme', 'eva.otra', 'ana.prueba'))
	os.mkdir(ETC)
	subprocess.run([BIN + '/saca-accounts', ETC], input='plan acme\nplan otra\nplan prueba sandbox=yes maxrcpt=3\n' + accounts
		+ 'sender acme remitente@dominio.com\nsender otra otra@dominio.com\nsender prueba p@dominio.com\n', text=True, check=True, stderr=subprocess.DEVNULL)
	login = Service(LOGIN, LOGIN + '.log', BIN + '/saca-checkpassword', '-S', '-n', '2', '-k', KEY, ETC + '/passwords.cdb')
	queue = Service(QUEUE, QUEUE + '.log', BIN + '/saca-spool', '-S', '-n', '2', '-k', KEY, '-a', ETC + '/senders.cdb', SPOOL)
	for program, path in ('saca-checkpassword', LOGIN), ('saca-spool', QUEUE):
		await_(lambda: subprocess.run([f'{BIN}/{program}', '-t', path], stderr=subprocess.DEVNULL, check=False).returncode == 0)
	return login, queue


fill_store()
services = start_services()
try:
	for test in test_form, test_login, test_origin, test_limit, test_bodies, test_reads, test_isolation, test_writes, test_bulk:
		test()
finally:
	for s in services:
		s.end()
done()
