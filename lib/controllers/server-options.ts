import type { ActionMetadata, RoutingControllersOptions } from 'routing-controllers';

/** The options of the server that an action was built for. routing-controllers keeps them in the action without saying so in its types. */
export function serverOptionsOf(metadata: ActionMetadata): RoutingControllersOptions {
  return (metadata as unknown as { readonly globalOptions: RoutingControllersOptions }).globalOptions;
}
