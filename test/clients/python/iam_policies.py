"""ibm-platform-services for Python, unmodified: IamPolicyManagementV1."""

from asked import refusal, run
from ibm_cloud_sdk_core import get_query_param
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import IamIdentityV1, IamPolicyManagementV1

VIEWER = 'crn:v1:bluemix:public:iam::::role:Viewer'


def clients_of(url, apikey):
    made = []
    for kind in (IamPolicyManagementV1, IamIdentityV1):
        client = kind(authenticator=IAMAuthenticator(apikey, url=url))
        client.set_service_url(url)
        made.append(client)
    account_id = made[1].get_api_keys_details(iam_api_key=apikey).get_result()['account_id']
    return made[0], made[1], account_id


def v1(account_id, iam_id, instance):
    return {
        'type': 'access',
        'subjects': [{'attributes': [{'name': 'iam_id', 'value': iam_id}]}],
        'roles': [{'role_id': VIEWER}],
        'resources': [
            {
                'attributes': [
                    {'name': 'accountId', 'value': account_id},
                    {'name': 'serviceName', 'value': 'logs'},
                    {'name': 'serviceInstance', 'value': instance},
                ]
            }
        ],
    }


def policies(url, apikey):
    """Policies of v1: made, read, replaced, made again, deleted, restored, found page by page."""
    client, identities, account_id = clients_of(url, apikey)
    iam_id = identities.create_service_id(account_id, 'python').get_result()['iam_id']
    said = v1(account_id, iam_id, 'one')
    made = client.create_policy(**said).get_result()
    read = client.get_policy(made['id'])
    again = refusal(lambda: client.create_policy(**said))
    etag = read.get_headers()['ETag']
    replaced = client.replace_policy(made['id'], etag, **v1(account_id, iam_id, 'two')).get_result()
    stale = refusal(lambda: client.replace_policy(made['id'], etag, **said))
    client.delete_policy(made['id'])
    deleted = client.get_policy(made['id'])
    restored = client.update_policy_state(made['id'], deleted.get_headers()['ETag'], state='active').get_result()
    for instance in ('three', 'four', 'five'):
        client.create_policy(**v1(account_id, iam_id, instance))
    pages, start = [], None
    while True:
        page = client.list_policies(account_id, iam_id=iam_id, limit=3, start=start).get_result()
        pages.append([policy['resources'][0]['attributes'][2]['value'] for policy in page['policies']])
        start = get_query_param((page.get('next') or {}).get('href'), 'start')
        if start is None:
            break
    return {
        'echoed': all(made[name] == value for name, value in said.items()),
        'read': read.get_result() == made,
        'again': again,
        'replaced': replaced['resources'][0]['attributes'][2]['value'],
        'stale': stale,
        'states': [deleted.get_result()['state'], restored['state']],
        'pages': pages,
    }


def v2_policies(url, apikey):
    """A policy of v2 with a rule: made, read, listed, replaced, deleted; and the roles that it may name."""
    client, identities, account_id = clients_of(url, apikey)
    iam_id = identities.create_service_id(account_id, 'python').get_result()['iam_id']
    day = '{{environment.attributes.day_of_week}}'
    said = {
        'type': 'access',
        'subject': {'attributes': [{'key': 'iam_id', 'operator': 'stringEquals', 'value': iam_id}]},
        'resource': {
            'attributes': [
                {'key': 'accountId', 'operator': 'stringEquals', 'value': account_id},
                {'key': 'serviceName', 'operator': 'stringEquals', 'value': 'logs'},
            ]
        },
        'control': {'grant': {'roles': [{'role_id': VIEWER}]}},
        'rule': {'key': day, 'operator': 'dayOfWeekAnyOf', 'value': ['1+00:00', '2+00:00']},
        'pattern': 'time-based-conditions:weekly:all-day',
    }
    made = client.create_v2_policy(**said).get_result()
    read = client.get_v2_policy(made['id'])
    listed = client.list_v2_policies(account_id, iam_id=iam_id, format='display').get_result()['policies']
    etag = read.get_headers()['ETag']
    replaced = client.replace_v2_policy(made['id'], etag, description='changed', **said).get_result()
    client.delete_v2_policy(made['id'])
    roles = client.list_roles(account_id=account_id, service_name='logs').get_result()
    return {
        'echoed': all(made[name] == value for name, value in said.items()),
        'read': read.get_result() == made,
        'listed': [policy['control']['grant']['roles'][0]['display_name'] for policy in listed],
        'replaced': replaced['description'],
        'deleted': client.get_v2_policy(made['id']).get_result()['state'],
        'missing': refusal(lambda: client.get_v2_policy('00000000-0000-4000-8000-000000000000')),
        'roles': sorted(role['display_name'] for role in roles['system_roles'] + roles['service_roles']),
    }


run(policies, v2_policies)
