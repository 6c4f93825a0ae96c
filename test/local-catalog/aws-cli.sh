#!/usr/bin/env bash
# Drives every operation of the local catalog with a stock AWS CLI, through the CLI's own parsers,
# and compares the catalog's limits with the models that the CLI ships. Needs nothing of AWS.
#
#   test/local-catalog/aws-cli.sh
#
# Says SKIPPED and ends well where no AWS CLI is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v aws >/dev/null; then
  echo "SKIPPED: no AWS CLI is installed here"
  exit 0
fi
node=node_modules/.bin/node
scratch=$(mktemp -d)
"$node" test/local-catalog/cli-serve.ts >"$scratch/url" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do [ -s "$scratch/url" ] && break; sleep 0.1; done
url=$(cat "$scratch/url")

export AWS_ENDPOINT_URL=$url AWS_DEFAULT_REGION=eu-west-1 AWS_REGION=eu-west-1
export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_CONFIG_FILE=/dev/null
export AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_MAX_ATTEMPTS=1 AWS_PAGER=
passed=0
failed=0
done_operations=()

# ok SERVICE COMMAND ARGS…: must succeed; its JSON is left in $scratch/out.
ok() {
  if aws "$@" --output json >"$scratch/out" 2>"$scratch/err"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: aws $*"
    sed 's/^/    /' "$scratch/err"
  fi
  done_operations+=("$1 $2")
}

# refused CODE SERVICE COMMAND ARGS…: must fail with this error code.
refused() {
  local code=$1
  shift
  if aws "$@" --output json >"$scratch/out" 2>"$scratch/err" || ! grep -q "($code)" "$scratch/err"; then
    failed=$((failed + 1))
    echo "FAILED: aws $* was not refused with $code"
    sed 's/^/    /' "$scratch/err"
  else
    passed=$((passed + 1))
  fi
}

# get EXPRESSION: a value of the last answer.
get() { python3 -c "import json,sys; v=json.load(open('$scratch/out')); print(eval(sys.argv[1], {'v': v}))" "$1"; }
settle() { curl -s -X POST "$url/_local/skip" -d '{"ms": 300000}' >/dev/null; }

self='Key=Account,Value=self'
sc=servicecatalog

ok sts get-caller-identity
ok sts assume-role --role-arn arn:aws:iam::111122223333:role/reader --role-session-name me

ok $sc search-provisioned-products --access-level-filter $self --page-size 100
ok $sc scan-provisioned-products --access-level-filter $self
ok $sc describe-provisioned-product --name net
ok $sc list-record-history --access-level-filter $self --search-filter Key=provisionedproduct,Value=pp-net
ok $sc describe-record --id "$(get "v['RecordDetails'][0]['RecordId']")"
ok $sc get-provisioned-product-outputs --provisioned-product-id pp-net --output-keys VpcId
ok $sc list-stack-instances-for-provisioned-product --provisioned-product-id pp-spread

ok $sc search-products --filters FullTextSearch=net
ok $sc search-products-as-admin
ok $sc describe-product --name network
ok $sc describe-product-as-admin --id prod-net
ok $sc list-provisioning-artifacts --product-id prod-net
ok $sc describe-provisioning-artifact --product-id prod-net --provisioning-artifact-id pa-net1 --include-provisioning-artifact-parameters
ok $sc list-launch-paths --product-id prod-net
ok $sc describe-provisioning-parameters --product-id prod-net --provisioning-artifact-name v1

ok $sc update-provisioned-product --provisioned-product-name net --provisioning-artifact-id pa-net1 \
  --provisioning-parameters Key=Cidr,UsePreviousValue=true Key=Size,Value=large --tags Key=team,Value=b
refused InvalidParametersException $sc update-provisioned-product --provisioned-product-name net
settle
ok $sc update-provisioned-product-properties --provisioned-product-id pp-net \
  --provisioned-product-properties OWNER=arn:aws:iam::111122223333:role/owner
settle
ok $sc provision-product --product-name network --provisioning-artifact-name v1 \
  --provisioned-product-name made --provisioning-parameters Key=Cidr,Value=10.0.0.0/16
refused InvalidParametersException $sc provision-product --product-name network \
  --provisioning-artifact-name v1 --provisioned-product-name made
settle
ok $sc terminate-provisioned-product --provisioned-product-name made
settle
refused ResourceNotFoundException $sc describe-provisioned-product --name made

ok $sc create-provisioned-product-plan --plan-name p --plan-type CLOUDFORMATION --product-id prod-net \
  --provisioning-artifact-id pa-net1 --provisioned-product-name net \
  --provisioning-parameters Key=Cidr,UsePreviousValue=true Key=Size,Value=small
plan=$(get "v['PlanId']")
settle
ok $sc describe-provisioned-product-plan --plan-id "$plan"
ok $sc list-provisioned-product-plans --access-level-filter $self
ok $sc execute-provisioned-product-plan --plan-id "$plan"
settle
ok $sc delete-provisioned-product-plan --plan-id "$plan"

ok cloudformation describe-stacks
ok cloudformation describe-stacks --stack-name loose
ok $sc import-as-provisioned-product --product-id prod-net --provisioning-artifact-id pa-net1 \
  --provisioned-product-name adopted --physical-id "$(aws cloudformation describe-stacks --stack-name loose --query 'Stacks[0].StackId' --output text)"
settle
ok cloudformation list-stacks --stack-status-filter CREATE_COMPLETE UPDATE_COMPLETE
ok cloudformation describe-stack-set --stack-set-name SC-111122223333-pp-spread
ok cloudformation get-template-summary --stack-name loose
refused ValidationError cloudformation describe-stacks --stack-name none
refused StackSetNotFoundException cloudformation describe-stack-set --stack-set-name none

ok ssm get-parameters --names /prod/host /none
ok secretsmanager get-secret-value --secret-id prod/db
ok secretsmanager batch-get-secret-value --secret-id-list prod/db none
ok secretsmanager describe-secret --secret-id prod/db
refused ResourceNotFoundException secretsmanager get-secret-value --secret-id none

operations=$(printf '%s\n' "${done_operations[@]}" | sort -u | wc -l)
served=$("$node" test/local-catalog/dump-shapes.ts | python3 -c 'import json,sys; print(sum(len(o) for o in json.load(sys.stdin).values()))')
echo "$(aws --version 2>&1 | cut -d' ' -f1): $passed commands as expected, $failed not; $operations of $served operations driven"
[ "$operations" -eq "$served" ] || { echo "FAILED: not every operation was driven"; failed=$((failed + 1)); }

if python3 -c 'import botocore' 2>/dev/null; then
  "$node" test/local-catalog/dump-shapes.ts | python3 test/local-catalog/compare-shapes.py || failed=$((failed + 1))
else
  echo "SKIPPED: python3 has no botocore to compare the limits with"
fi
exit $((failed > 0))
