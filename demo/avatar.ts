import { IsUrl } from 'class-validator';

/** The body of a change of avatar. */
export class Avatar {
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true },
    {
      message:
        'url must be the http or https address of a picture, as in {"url": "https://example.org/me.png"}, sent as application/json',
    },
  )
  url!: string;
}
