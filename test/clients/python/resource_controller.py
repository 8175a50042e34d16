"""ibm-platform-services for Python, unmodified: ResourceControllerV2, in the order of IBM's own integration test."""

from asked import refusal, run
from ibm_cloud_sdk_core import get_query_param
from ibm_cloud_sdk_core.authenticators import IAMAuthenticator
from ibm_platform_services import ResourceControllerV2

SPACE = 'crn:v1:bluemix:public:bluemix:us-south:o/d35d4f0e-5076-4c89-9361-2522894b6548::cf-space:336ba5f3-f185-488e-ac8d'
APPLICATION = 'crn:v1:staging:public:bluemix:us-south:s/336ba5f3-f185-488e-ac8d-02195eebb2f3::cf-application:bf692181'


def resources(url, apikey, resource_group, plan, reclaimed_plan):
    """Makes an instance with keys, an alias and a binding, and ends all of it; then one that is reclaimed."""
    client = ResourceControllerV2(authenticator=IAMAuthenticator(apikey, url=url))
    client.set_service_url(url)
    made = client.create_resource_instance('RcSdkInstance', 'global', resource_group, plan).get_result()
    guid, crn = made['guid'], made['id']
    updated = client.update_resource_instance(crn, name='RcSdkUpdated', parameters={'hello': 'bye'}).get_result()
    alias = client.create_resource_alias('RcSdkAlias', guid, SPACE).get_result()
    binding = client.create_resource_binding(alias['guid'], APPLICATION, name='RcSdkBinding').get_result()
    key = client.create_resource_key('RcSdkKey', guid).get_result()
    alias_key = client.create_resource_key('RcSdkAliasKey', alias['guid'], role='Reader').get_result()
    listed = every_page(lambda start: client.list_resource_keys_for_instance(guid, limit=1, start=start))
    in_the_way = [
        refusal(lambda: client.delete_resource_alias(alias['guid'])),
        refusal(lambda: client.delete_resource_instance(guid)),
    ]
    ended = [
        client.delete_resource_binding(binding['guid']),
        client.delete_resource_key(key['guid']),
        client.delete_resource_key(alias_key['id']),
        client.delete_resource_alias(alias['id']),
    ]
    locked = client.lock_resource_instance(guid).get_result()['locked']
    while_locked = refusal(lambda: client.update_resource_instance(guid, name='RcSdkLocked'))
    unlocked = client.unlock_resource_instance(guid).get_result()['locked']
    ended.append(client.delete_resource_instance(guid, recursive=False))
    return {
        'made': [made['state'], updated['last_operation']['sub_type'], alias['target_crn'], binding['source_crn'] == alias['id']],
        'keys': ['ingestion_key' in key['credentials'], alias_key['source_crn'] == alias['id']],
        'listed': [row['name'] for row in listed],
        'in_the_way': in_the_way,
        'locks': [locked, while_locked, unlocked],
        'ended': [answer.get_status_code() for answer in ended],
        'state': client.get_resource_instance(guid).get_result()['state'],
        'gone': refusal(lambda: client.delete_resource_instance(guid)),
        'reclaimed': reclaimed(client, resource_group, reclaimed_plan),
    }


def reclaimed(client, resource_group, plan):
    """Deletes an instance, restores it, deletes it again and reclaims it: its states."""
    guid = client.create_resource_instance('RcSdkReclaim', 'global', resource_group, plan).get_result()['guid']
    states = []
    for action in ('restore', 'reclaim'):
        client.delete_resource_instance(guid)
        waiting = client.list_reclamations(resource_instance_id=guid).get_result()['resources']
        done = client.run_reclamation_action(waiting[0]['id'], action).get_result()
        now = client.get_resource_instance(guid).get_result()['state']
        states.append(' '.join([waiting[0]['state'], done['state'], now]))
    return states


def every_page(ask):
    """Follows next_url, as IBM's own test does."""
    rows, start = [], None
    while True:
        page = ask(start).get_result()
        rows.extend(page['resources'])
        start = get_query_param(page.get('next_url'), 'start')
        if start is None:
            return rows


run(resources)
