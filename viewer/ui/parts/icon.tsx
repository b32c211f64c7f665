/** Icons: Tabler, and our own glyphs on the same 24 px grid and 1.75 px stroke. */
import type { ComponentType, ReactElement } from 'react';

const SIZES = { s: 14, m: 16, n: 18, l: 22 };

interface Glyph {
  size?: number | string;
  stroke?: number | string;
  className?: string;
  'aria-hidden'?: boolean;
}

export function Icon({ of: Of, size = 'n', className = '' }: { of: ComponentType<Glyph>; size?: keyof typeof SIZES; className?: string }): ReactElement {
  return <Of size={SIZES[size]} stroke={1.75} className={`i ${className}`} aria-hidden />;
}

function own(draw: ReactElement): ComponentType<Glyph> {
  return function OwnGlyph({ size = 18, stroke = 1.75, className = '' }: Glyph) {
    return (
      <svg className={className} width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={stroke} strokeLinecap="round" strokeLinejoin="round" aria-hidden>
        {draw}
      </svg>
    );
  };
}

export const Lamp = own(<path d="M5 11a7 5 0 0 1 14 0zM12 11v7M8 20h8M16 11v3" />);
export const WindowGlyph = own(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor" stroke="none" />
  </>,
);
export const ScrollGlyph = own(<path d="M6 4h12v12H6zM4 8v12h12M12 7v6M10 11l2 2 2-2M10 9l2-2 2 2" />);
export const ProbeGlyph = own(
  <>
    <circle cx="12" cy="12" r="3.5" />
    <path d="M12 3v4M12 17v4M3 12h4M17 12h4" />
  </>,
);
export const OneToOne = own(<path d="M5 8l2-1v10M12 9.5v.1M12 14.5v.1M17 8l2-1v10" />);
export const LinesGlyph = own(
  <>
    <path d="M4 4h16v16H4zM4 15 20 9" />
    <path d="M4 11 20 5" strokeDasharray="2 2" />
  </>,
);
