import { createAvatar } from '@dicebear/core';
import * as lorelei from '@dicebear/lorelei';

const BACKGROUNDS = ['b6e3f4', 'c0aede', 'd1d4f9', 'ffd5dc', 'ffdfbf', 'c1e7c4'];

/** Drawing a face takes milliseconds and a list has hundreds, so the page draws a face when it scrolls into view. */
const visibility = new IntersectionObserver(changes => {
  for (const { target, isIntersecting } of changes) {
    if (!isIntersecting) continue;
    visibility.unobserve(target);
    target.src = createAvatar(lorelei, { seed: target.dataset.avatar, backgroundColor: BACKGROUNDS }).toDataUri();
  }
});

/** Returns the picture of an avatar. The same address always has the same face. The page does not load the address. */
export function drawFace(avatar) {
  const image = document.createElement('img');
  image.className = 'face';
  image.alt = '';
  image.dataset.avatar = avatar;
  visibility.observe(image);
  return image;
}
