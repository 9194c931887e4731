#!/bin/bash
# Firefox without a window draws a page into an image. It brings a malloc of its own: what
# that serves is not seen, and that is reported; the processes, their threads and their ends are
# all the same.
. "$OUTLIVE_ROOT_DIR/tests/programs/lib.sh"
needs firefox-esr
make_page page.html
cat >work.sh <<'SCRIPT'
rm -rf profile picture.png && mkdir profile
cat >profile/user.js <<'JS'
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("toolkit.telemetry.enabled", false);
user_pref("services.settings.server", "");
JS
firefox-esr --headless --no-remote --profile "$PWD/profile" --window-size 400,300 \
	--screenshot "$PWD/picture.png" "file://$PWD/page.html" >/dev/null 2>&1
echo "status $?"
[ ! -s picture.png ] || echo "a picture"
SCRIPT
same bash work.sh
grep -q 'a picture' with.out || complain "the page was not drawn"
says_own_malloc firefox-esr
