#!/usr/bin/env bash
# The AWS CLI against the endpoint: it prints what `keymoot call` prints, and ends with its own statuses.
set -euo pipefail
pay() { aws payment-cryptography "$@" --output json; }
value() { python3 -c 'import json, sys; v = json.load(sys.stdin)
for name in sys.argv[1].split("."): v = v[int(name)] if isinstance(v, list) else v[name]
print(v)' "$1"; }
# The CLI's version 2 ends with 254, version 1 with 255.
refused() { [ "$1" = 254 ] || [ "$1" = 255 ]; }

arn=$(pay create-key --exportable --key-attributes \
    'KeyAlgorithm=TDES_2KEY,KeyUsage=TR31_C0_CARD_VERIFICATION_KEY,KeyClass=SYMMETRIC_KEY,KeyModesOfUse={Generate=true,Verify=true}' \
    | value Key.KeyArn)
[ "$(pay get-key --key-identifier "$arn" | value Key.KeyState)" = CREATE_COMPLETE ]
pay create-alias --alias-name alias/cli --key-arn "$arn" > /dev/null
[ "$(pay get-alias --alias-name alias/cli | value Alias.KeyArn)" = "$arn" ]
[ "$(pay list-keys --page-size 1 --max-items 1 | value Keys.0.KeyArn)" = "$arn" ]
[ -z "$(pay delete-alias --alias-name alias/cli)" ]

# A request file of ours goes through unchanged, and so does what the CLI prints as its own skeleton's answer.
cat > create.json <<'JSON'
{"Exportable": true, "KeyAttributes": {"KeyAlgorithm": "AES_128", "KeyClass": "SYMMETRIC_KEY",
 "KeyUsage": "TR31_K0_KEY_ENCRYPTION_KEY", "KeyModesOfUse": {"Encrypt": true, "Decrypt": true, "Wrap": true, "Unwrap": true}}}
JSON
[ "$(pay create-key --cli-input-json file://create.json | value Key.KeyCheckValueAlgorithm)" = CMAC ]

status=0
pay get-key --key-identifier alias/none 2> refusal.txt || status=$?
refused "$status"
grep -q '(ResourceNotFoundException) when calling the GetKey operation: Alias alias/none was not found.' refusal.txt
# The option instead of the environment.
endpoint=$AWS_ENDPOINT_URL
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_PAYMENT_CRYPTOGRAPHY
[ "$(pay get-key --key-identifier "$arn" --endpoint-url "$endpoint" | value Key.KeyArn)" = "$arn" ]
status=0
AWS_SECRET_ACCESS_KEY=wrong pay list-keys --endpoint-url "$endpoint" 2> refusal.txt || status=$?
refused "$status"
grep -q InvalidSignatureException refusal.txt
echo held
