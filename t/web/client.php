<?php
// A client that sends what the published PHP clients of the API send:
//   php client.php URL USER PLAN PASSWORD [multipart]
// It prints one line a step, which t/web/webservers.t compares.

class Client {
	const VERSION = 'prueba-1';
	private $fields;
	public $last;

	function __construct(private string $url, string $user, string $plan, string $pass, private bool $multipart) {
		$this->fields = ['plan' => $plan, 'user' => $user, 'pass' => $pass, 'client' => self::VERSION];
	}

	private function body(array $data): array {
		if (!$this->multipart)
			return ['application/x-www-form-urlencoded', http_build_query($data)];
		$body = '';
		foreach ($data as $name => $value)
			$body .= "--frontera\r\nContent-Disposition: form-data; name=\"$name\"\r\n\r\n$value\r\n";
		return ['multipart/form-data; boundary=frontera', $body . "--frontera--\r\n"];
	}

	function ask(string $action, array $data = []): string {
		[$type, $content] = $this->body(['action' => $action] + $this->fields + $data);
		$context = stream_context_create(['http' => ['method' => 'POST', 'ignore_errors' => true, 'content' => $content,
			'header' => "Content-type: $type\r\nContent-Length: " . strlen($content)]]);
		$this->last = file_get_contents($this->url, false, $context);
		if (substr($this->last, 0, 2) === 'KO')
			throw new Exception($this->last);
		return $this->last;
	}

	// The text after `OK: `.
	function receipt(string $action, array $data = []): string {
		$raw = $this->ask($action, $data);
		if (substr($raw, 0, 2) !== 'OK')
			throw new Exception($raw);
		return substr($raw, 4);
	}
}

[, $url, $user, $plan, $pass] = $argv;
$client = new Client($url, $user, $plan, $pass, isset($argv[5]));
echo 'version ', $client->receipt('get_version'), "\n";
echo 'url ', $client->receipt('get_url_call'), "\n";
$ids = array_map('intval', explode("\n", $client->ask('get_campaigns', ['mode' => 'plain', 'limit' => 25])));
echo 'campaigns ', implode(' ', $ids), "\n";
$stats = json_decode($client->ask('get_stats', ['mode' => 'JSON', 'eid' => end($ids)]), true);
echo 'stats ', $stats['contactos_totales'], ' ', $stats['estado'], ' ', $stats['asunto'], "\n";
echo 'xml ', preg_match('|<contactos_totales>(\d+)</contactos_totales>|', $client->ask('get_stats', ['mode' => 'XML', 'eid' => end($ids)]), $m), " $m[1]\n";
$section = json_decode($client->ask('get_contacts_stat_section', ['mode' => 'JSON', 'eid' => end($ids), 'section' => 'UNSEND']), true);
echo 'section ', implode(' ', array_column($section, 'email')), "\n";
$lines = explode("\r\n", $client->ask('group_list', ['mode' => 'CSV']));
echo 'groups ', implode(' ', str_getcsv($lines[0], ',', '"', '')), "\n";
$senders = json_decode($client->ask('sender_list', ['mode' => 'JSON']), true);
$rid = $senders[0]['id'];
echo 'account ', json_decode($client->ask('get_acount_data', ['mode' => 'JSON']), true)['plan'], "\n";
echo 'deactivate ', $client->receipt('contact_deactivate', ['email' => $section[0]['email'], 'rid' => $rid]), "\n";
$gone = json_decode($client->ask('get_unsubscribers', ['mode' => 'JSON', 'rid' => $rid, 'type' => 10]), true);
echo 'unsubscribers ', implode(' ', array_column($gone, 'email')), "\n";
echo 'activate ', $client->receipt('contact_activate', ['email' => $section[0]['email'], 'rid' => $rid]), "\n";
$campaign = ['recipients' => 'uno@ejemplo.es,dos@ejemplo.es', 'rid' => $rid, 'subject' => 'Señal €', 'html_body' => "<p>ñ &amp; \"x\"</p>\r\n<p>+%41</p>",
	'plain_body' => "ñ\n+%41", 'name' => 'interno', 'cab' => 1, 'share' => 0, 'social_foot' => 0, 'tracking_opening' => 1, 'tracking_clicks' => 1,
	'analytics' => '', 'lang_id' => 3, 'message_id' => 'php-' . (isset($argv[5]) ? 'multipart' : 'urlencoded')];
$number = (int) $client->receipt('send_bulk_campaign', $campaign);
echo 'sent ', $number > 0 ? 'yes' : 'no', ' ', $number === (int) $client->receipt('send_bulk_campaign', $campaign) ? 'same' : 'another', "\n";
foreach (['get_stats' => ['eid' => 999999], 'send_campaign' => ['gid' => 1, 'pid' => 1]] as $action => $data)
	try {
		$client->ask($action, $data);
		echo "$action answered\n";
	} catch (Exception $e) {
		echo $action, ' ', substr($e->getMessage(), 0, 7), "\n";
	}
