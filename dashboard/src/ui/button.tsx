import type { ButtonHTMLAttributes } from "preact";

import { Icon, type IconName } from "./icons.tsx";

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "icon"> & {
  icon?: IconName;
  look?: "plain" | "primary" | "danger" | "quiet";
  /** Shows the icon only; the children become its name. */
  iconOnly?: boolean;
};

export function Button({ icon, look = "plain", iconOnly, children, class: extra, ...rest }: Props) {
  return (
    <button type="button" class={`button ${look}${iconOnly ? " icon-only" : ""}${extra ? ` ${String(extra)}` : ""}`} {...rest}>
      {icon && <Icon name={icon} />}
      {iconOnly ? <span class="sr-only">{children}</span> : children}
    </button>
  );
}
