"""Guessing passwords."""
from attack import *

WRONG = base64.b64encode(b"\0victor.acme\0adivina")


def failures():
    return log().count(b"verdict=auth-failed")


before = failures()
s = Session("GUESS")
started = time.monotonic()
codes = [s.ask(b"AUTH PLAIN " + WRONG)[:3] for _ in range(2)]
s.send(b"AUTH PLAIN " + WRONG + b"\r\n")
ending = s.rest()
took = time.monotonic() - started
check(codes == [b"535", b"535"] and ending[-1] == "421" and ending.count("535") <= 1,
      "brute force: the third failure ends the session with 421", [codes, ending])
check(took >= 0.6, "brute force: each failed login is answered after a delay", "%.2f s for three at 300 ms" % took)
check(within(5, lambda: failures() == before + 3), "brute force: each failed login has a line in the log", failures() - before)

before = failures()
codes = Session("GUESS").send((b"AUTH PLAIN " + WRONG + b"\r\n") * 100).rest()
check(codes.count("535") <= 3 and codes[-1] == "421" and failures() - before <= 3,
      "brute force: a burst of a hundred logins gets three tries", [codes, failures() - before])

before = failures()
s = Session("GUESS")
codes = s.send(b"".join(b"AUTH PLAIN " + WRONG + b"\r\n" + c + b"\r\n" for c in [b"RSET", b"EHLO x", b"HELO y", b"NOOP", b"QUIT"])).rest()
check(codes[-1] == "421" and failures() - before == 3, "brute force: RSET, EHLO and HELO do not reset the count of failed logins",
      [codes, failures() - before])

replies = set()
for login in (b"victor.acme", b"nadie.acme", b"victor.otro", b"victor", b"", b"a" * 600 + b".acme", b"victor.acme\0x"):
    s = Session("CLEAR")
    replies.add(s.ask(b"AUTH PLAIN " + base64.b64encode(b"\0" + login + b"\0adivina")))
check(all(r[:3] in (b"535", b"501") for r in replies) and len([r for r in replies if r[:3] == b"535"]) == 1,
      "brute force: an unknown user gets the reply of a wrong password", sorted(replies))
